import { expect } from 'chai';
import type { Container } from '../container.js';
import { FakeContext, settle } from '../fake-context.js';
import { exitWith } from '../fake-launcher.js';
import { statusText } from '../list.js';
import { restoreContainers } from '../restore.js';
import { startContainer } from '../start.js';
import { pauseContainer, stopContainer, unpauseContainer } from '../stop.js';

const second = 1e9;

describe('watching the health of a container', () => {
  let world: FakeContext;
  let web: Container;
  beforeEach(() => {
    world = new FakeContext();
  });
  afterEach(() => world[Symbol.dispose]());

  const check = {
    Test: ['CMD', 'probe', 'it'],
    Interval: 10 * second,
    Timeout: second,
    Retries: 2,
  };

  async function start(Healthcheck: object = check): Promise<void> {
    web = await world.create('web', { Healthcheck, User: 'me', WorkingDir: '/srv' });
    await startContainer(world, web);
  }

  /** Lets the next probe begin and end. */
  async function probe(outcome: Parameters<typeof world.probes.end>[0] = {}): Promise<void> {
    world.timers.advance(world.timers.pending[0] ?? 0);
    await settle();
    world.probes.end(outcome);
    await settle();
  }

  const text = () => statusText(web, world.clock.now());

  it('has none without a check', async () => {
    await start({ Test: ['NONE'] });
    expect([web.health, world.timers.pending]).to.deep.equal([undefined, []]);
    expect(text()).to.equal('Up Less than a second');
  });

  it('starts, becomes healthy, then unhealthy, and tells of it', async () => {
    await start();
    expect(web.health).to.deep.equal({ Status: 'starting', FailingStreak: 0, Log: [] });
    expect(text()).to.contain('(health: starting)');
    expect(world.timers.pending).to.deep.equal([10_000]);
    await probe({ output: 'fine' });
    expect(text()).to.contain('(healthy)');
    await probe({ exitCode: 1 });
    await probe({ exitCode: 2 });
    expect(text()).to.contain('(unhealthy)');
    expect(web.health?.FailingStreak).to.equal(2);
    expect(web.health?.Log[0]).to.deep.equal({
      Start: '2026-01-01T00:00:10.000Z',
      End: '2026-01-01T00:00:10.000Z',
      ExitCode: 0,
      Output: 'fine',
    });
    const probed = ['exec_create: probe it', 'exec_start: probe it', 'exec_die'];
    expect(world.actions.slice(2)).to.deep.equal([
      ...[...probed, 'health_status: healthy'],
      ...probed,
      ...[...probed, 'health_status: unhealthy'],
    ]);
    expect(world.runs.get(web.id)?.health?.Status).to.equal('unhealthy');
  });

  it('probes as the user and in the folder of the container', async () => {
    await start();
    await probe();
    expect(world.probes.requests[0]).to.deep.include({
      args: ['probe', 'it'],
      user: 'me',
      cwd: '/srv',
      timeoutMs: 1000,
    });
  });

  const failures: [string, Parameters<typeof world.probes.end>[0], string][] = [
    ['took too long', { timedOut: true, exitCode: 137 }, 'Health check exceeded timeout (1s)'],
    [
      'said something before',
      { timedOut: true, output: 'hm' },
      'Health check exceeded timeout (1s): hm',
    ],
    ['can not be run', new Error('no such file'), 'no such file'],
  ];
  for (const [what, outcome, Output] of failures) {
    it(`notes of one that ${what}: ${Output}`, async () => {
      await start();
      await probe(outcome);
      expect(web.health?.Log[0]).to.deep.include({ ExitCode: -1, Output });
      expect(web.execIds.size).to.equal(0);
    });
  }

  it('runs one at a time, the next an interval after the end of the last', async () => {
    await start();
    world.timers.advance(10_000);
    await settle();
    world.timers.advance(60_000);
    await settle();
    expect(world.probes.running).to.equal(1);
    world.probes.end({});
    await settle();
    expect(world.timers.pending).to.deep.equal([10_000]);
  });

  it('rests while it is paused, and forgets the probe that ran then', async () => {
    await start();
    world.timers.advance(10_000);
    await settle();
    await pauseContainer(world, web);
    expect(world.probes.running).to.equal(0);
    expect(world.timers.pending).to.deep.equal([]);
    await unpauseContainer(world, web);
    expect(world.timers.pending).to.deep.equal([10_000]);
    expect(web.health?.Log).to.deep.equal([]);
  });

  it('ends with the run, and counts as unhealthy then', async () => {
    await start();
    await probe();
    await stopContainer(world, web, {});
    await web.cleaned;
    expect(world.timers.pending).to.deep.equal([]);
    expect(web.health?.Status).to.equal('unhealthy');
    expect(world.records.get(web.id)?.health?.Log).to.have.length(1);
    await startContainer(world, web);
    expect([web.health?.Status, web.health?.Log.length]).to.deep.equal(['starting', 1]);
  });

  it('goes on after a crash of the daemon with what was known', async () => {
    await start();
    await probe();
    world.timers.advance(0);
    world.forgetMemory();
    await restoreContainers(world);
    web = world.registry.find('web');
    expect(web.health).to.deep.include({ Status: 'healthy' });
    expect(world.timers.pending).to.contain(10_000);
  });

  it('keeps what was known of one that ended meanwhile', async () => {
    await start();
    await probe();
    world.forgetMemory();
    world.launcher.of(web.id).end(exitWith(0));
    await restoreContainers(world);
    expect(world.registry.find('web').health).to.deep.include({ Status: 'unhealthy' });
    expect(world.records.get(web.id)?.health?.Log).to.have.length(1);
  });
});
