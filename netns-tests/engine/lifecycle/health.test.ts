import { expect } from 'chai';
import { eventually } from '../../world/eventually.js';
import { gone, processesWith, useStage } from './stage.js';

const health = (known: { State: { Health?: { Status: string } } }) => known.State.Health?.Status;

describe('health checks and the daemon', () => {
  const stage = useStage();

  it('go on after a crash with what was known', async () => {
    const flags = '--health-interval 200ms --health-retries 2 --health-cmd';
    await stage.it.sleeper('web', `${flags} true`);
    await stage.it.until('web', (known) => health(known) === 'healthy');
    await stage.it.restart('SIGKILL');
    expect(await stage.it.inspect('web')).to.satisfy((it: never) => health(it) === 'healthy');
    await stage.it.daemon.must('exec web rm /bin/sh');
    const { State } = await stage.it.until('web', (known) => health(known) === 'unhealthy');
    // What was known before the crash is among it.
    expect(State.Health?.Log.length).to.be.at.least(3);
    expect(await stage.it.daemon.must('ps')).to.contain('(unhealthy)');
  });

  it('keep what was known of one that ended while no daemon was there', async () => {
    await stage.it.sleeper('web', '--health-interval 200ms --health-cmd true');
    const { State } = await stage.it.until('web', (known) => health(known) === 'healthy');
    await stage.it.restart('SIGKILL', async () => {
      process.kill(State.Pid, 'SIGKILL');
      await gone(State.Pid);
    });
    const after = await stage.it.inspect('web');
    expect(after.State.Status).to.equal('exited');
    expect(health(after)).to.equal('unhealthy');
  });

  it('leave no process behind that takes too long', async () => {
    const words = ['sh', '-c', 'sleep 1000'];
    const name = 'web';
    const flags = ['--health-interval', '100ms', '--health-timeout', '200ms'];
    await stage.it.daemon.mustRun([
      ...['run', '-d', '--stop-signal', 'KILL', '--name', name, ...flags],
      ...['--health-cmd', 'sleep 4711 & sleep 4711; true', 'tsnet/busybox', ...words],
    ]);
    await stage.it.until(name, (known) => health(known) === 'unhealthy');
    await stage.it.daemon.must(`update --restart no ${name}`);
    await stage.it.daemon.must(`pause ${name}`);
    await stage.it.daemon.must(`unpause ${name}`);
    await stage.it.daemon.must(`stop ${name}`);
    await eventually(async () => expect(await processesWith('sleep 4711')).to.deep.equal([]));
    const { State } = await stage.it.inspect(name);
    expect(State.Health?.Log.length).to.be.at.most(5);
  });

  it("are the image's unless the user says otherwise", async () => {
    const { daemon } = stage.it;
    await stage.it.sleeper('base');
    const changes = ['-c', 'HEALTHCHECK --interval=100ms --retries=7 CMD test -e /tmp'];
    await daemon.mustRun(['commit', ...changes, 'base', 'checked']);
    const run = (name: string, ...flags: string[]) =>
      daemon.mustRun(['run', '-d', '--stop-signal', 'KILL', '--name', name, ...flags, 'checked']);
    await run('inherits');
    await stage.it.until('inherits', (known) => health(known) === 'healthy');
    await run('without', '--no-healthcheck');
    expect(health(await stage.it.inspect('without'))).to.equal(undefined);
    await run('other', '--health-cmd', 'false', '--health-retries', '1');
    await stage.it.until('other', (known) => health(known) === 'unhealthy');
    const shown = await daemon.mustRun(['inspect', '-f', '{{json .Config.Healthcheck}}', 'other']);
    expect(JSON.parse(shown)).to.deep.include({
      Test: ['CMD-SHELL', 'false'],
      Interval: 100_000_000,
      Retries: 1,
    });
  });

  it('are shown by ps and found by its filter', async () => {
    // More time than a timer can have.
    const flags = '--health-timeout 1000h';
    await stage.it.sleeper('web', `--health-interval 100ms --health-cmd true ${flags}`);
    await stage.it.sleeper('plain');
    await stage.it.until('web', (known) => health(known) === 'healthy');
    const names = (value: string) =>
      stage.it.daemon.must(`ps --filter health=${value} --format {{.Names}}`);
    expect(await names('healthy')).to.equal('web');
    expect(await names('none')).to.equal('plain');
    const refused = await stage.it.daemon.run(['ps', '--filter', 'health=well']);
    expect(refused.stderr).to.contain('invalid filter');
  });
});
