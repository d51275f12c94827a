import { expect } from 'chai';
import { gone, useStage } from './stage.js';

const policies = ['no', 'always', 'unless-stopped', 'on-failure'];
const every = (status: string) => Object.fromEntries(policies.map((name) => [name, status]));

describe('restart policies and the daemon', () => {
  const stage = useStage();

  async function statuses(): Promise<Record<string, string>> {
    const found = policies.map(async (name) => [name, await stage.it.status(name)] as const);
    return Object.fromEntries(await Promise.all(found));
  }

  it('a daemon that was stopped starts all that a policy wants to run', async () => {
    for (const name of policies) await stage.it.sleeper(name, `--restart ${name}`);
    await stage.it.restart('SIGTERM');
    // Killed by the daemon's stop, with 137: that is a failure to on-failure.
    expect(await statuses()).to.deep.equal({ ...every('running'), no: 'exited' });
    expect((await stage.it.inspect('always')).RestartCount).to.equal(0);
  });

  it('what the user has stopped stays so with unless-stopped', async () => {
    for (const name of policies) await stage.it.sleeper(name, `--restart ${name}`);
    await stage.it.daemon.mustRun(['stop', ...policies]);
    const wanted = {
      no: 'exited',
      'unless-stopped': 'exited',
      always: 'running',
      'on-failure': 'running',
    };
    await stage.it.restart('SIGKILL');
    expect(await statuses()).to.deep.equal(wanted);
    await stage.it.restart('SIGTERM');
    expect(await statuses()).to.deep.equal(wanted);
  });

  it('a daemon that was killed finds what runs, and starts what ended meanwhile', async () => {
    for (const name of policies) await stage.it.sleeper(name, `--restart ${name}`);
    await stage.it.sleeper('living', '--restart always');
    const before = await stage.it.inspect('living');
    const pids = await Promise.all(policies.map((name) => stage.it.inspect(name)));
    await stage.it.restart('SIGKILL', async () => {
      for (const { State } of pids) process.kill(State.Pid, 'SIGKILL');
      for (const { State } of pids) await gone(State.Pid);
    });
    expect(await statuses()).to.deep.equal({ ...every('running'), no: 'exited' });
    expect((await stage.it.inspect('no')).State.ExitCode).to.equal(137);
    expect((await stage.it.inspect('living')).State).to.deep.equal(before.State);
  });

  it('one that waits for its restart is started by the next daemon', async () => {
    await stage.it.run('loop', '--restart always', 'false');
    await stage.it.run('few', '--restart on-failure:2', 'false');
    await stage.it.until('loop', ({ RestartCount, State }) => RestartCount > 4 && State.Restarting);
    await stage.it.restart('SIGKILL');
    const loop = await stage.it.until('loop', ({ RestartCount }) => RestartCount > 2);
    expect(loop.State.Running).to.equal(true);
    // Its retries were over before.
    expect(await stage.it.inspect('few')).to.deep.include({ RestartCount: 2 });
    expect(await stage.it.status('few')).to.equal('exited');
    await stage.it.daemon.must('stop loop');
    await stage.it.restart('SIGTERM');
    await stage.it.until('loop', ({ State }) => State.Running);
  });

  it('starts containers after those whose network and links they use', async () => {
    const { daemon } = stage.it;
    // The owner of the network takes its time to be made: it is the newest.
    await stage.it.sleeper('user', '--restart always');
    await stage.it.sleeper('owner', '--restart always');
    await stage.it.sleeper('guest', '--restart always --network container:owner');
    await stage.it.sleeper('db', '--restart always');
    await stage.it.sleeper('web', '--restart always --link db:database');
    for (let time = 0; time < 2; time++) {
      await stage.it.restart('SIGTERM');
      for (const name of ['user', 'owner', 'guest', 'db', 'web']) {
        expect([name, await stage.it.status(name)]).to.deep.equal([name, 'running']);
      }
    }
    const address = (await daemon.must('exec db hostname -i')).trim();
    expect(await daemon.must('exec web cat /etc/hosts')).to.contain(`${address}\tdatabase`);
    expect(await daemon.must('exec guest hostname')).to.equal(
      await daemon.must('exec owner hostname'),
    );
  });

  it('starts forty of them', async () => {
    const names = Array.from({ length: 40 }, (_, n) => `many${n}`);
    const { api } = stage.it.daemon;
    await Promise.all(
      names.map(async (name) => {
        const HostConfig = { RestartPolicy: { Name: 'always' } };
        const body = {
          Image: 'tsnet/busybox',
          Cmd: ['sleep', '1000'],
          StopSignal: 'KILL',
          HostConfig,
        };
        await api.must('POST', `/containers/create?name=${name}`, body);
        await api.must('POST', `/containers/${name}/start`);
      }),
    );
    await stage.it.restart('SIGTERM');
    const running = await stage.it.daemon.api.must<object[]>('GET', '/containers/json');
    expect(running).to.have.length(40);
  });
});

describe('restart policies and --live-restore', () => {
  const stage = useStage('--live-restore');

  it('leaves what runs, and starts what has ended', async () => {
    await stage.it.sleeper('aa', '--restart always');
    await stage.it.sleeper('bb', '--restart unless-stopped');
    await stage.it.run('cc', '--restart always', 'false');
    const [aa, bb] = [await stage.it.inspect('aa'), await stage.it.inspect('bb')];
    await stage.it.restart('SIGTERM', async () => {
      process.kill(bb.State.Pid, 'SIGKILL');
      await gone(bb.State.Pid);
    });
    expect((await stage.it.inspect('aa')).State).to.deep.equal(aa.State);
    const after = await stage.it.inspect('bb');
    expect(after.State.Status).to.equal('running');
    expect(after.State.Pid).not.to.equal(bb.State.Pid);
    await stage.it.until('cc', ({ RestartCount }) => RestartCount > 0);
  });
});
