import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import type { Container } from '../container.js';
import { FakeContext, rejection, settle } from '../fake-context.js';
import { exitWith } from '../fake-launcher.js';
import { removeContainer } from '../remove.js';
import { restoreContainers } from '../restore.js';
import { startContainer } from '../start.js';
import { killContainer, pauseContainer, restartContainer, stopContainer } from '../stop.js';
import { waitFor } from '../wait.js';
import { startThoseDue } from './at-start.js';
import { quietContainers } from './shutdown.js';

describe('restart policies in the life of a container', () => {
  let world: FakeContext;
  beforeEach(() => {
    world = new FakeContext();
  });
  afterEach(() => world[Symbol.dispose]());

  function withPolicy(Name: string, MaximumRetryCount = 0, over: object = {}): object {
    return { ...over, HostConfig: { RestartPolicy: { Name, MaximumRetryCount } } };
  }

  async function started(over: object, name = 'web'): Promise<Container> {
    const container = await world.create(name, over);
    await startContainer(world, container);
    return container;
  }

  /** Ends the present run after so long. */
  async function end(container: Container, code = 1, ranMs = 1000): Promise<void> {
    const { cleaned, record } = container.run ?? {};
    const at = new Date(Date.parse(record?.startedAt ?? '') + ranMs).toISOString();
    world.launcher.of(container.id).end({ ...exitWith(code), at });
    await cleaned;
  }

  /** Lets the next restart happen. */
  async function pass(): Promise<void> {
    world.timers.advance(world.timers.pending[0] ?? 0);
    const waits = () => world.registry.all().some(({ pendingRestart }) => pendingRestart);
    const deadline = performance.now() + 15_000;
    while (waits() && performance.now() < deadline) await delay(1);
  }

  it('waits, and starts it again', async () => {
    const web = await started(withPolicy('always'));
    await end(web, 0);
    expect([web.status, web.isUp, web.record.restartCount]).to.deep.equal(['restarting', true, 1]);
    expect(world.timers.pending).to.deep.equal([100]);
    await pass();
    expect([web.status, web.record.restartCount]).to.deep.equal(['running', 1]);
    expect(world.actions).to.deep.equal(['create', 'start', 'die', 'start']);
  });

  it('waits longer each time, until it has run for ten seconds', async () => {
    const web = await started(withPolicy('always'));
    const waits: (number | undefined)[] = [];
    for (const ranMs of [1000, 1000, 9999, 10_000, 0]) {
      await end(web, 1, ranMs);
      waits.push(world.timers.pending[0]);
      await pass();
    }
    expect(waits).to.deep.equal([100, 200, 400, 100, 200]);
    expect(web.record.restartCount).to.equal(5);
  });

  it('gives up after as many times as are wished', async () => {
    const web = await started(withPolicy('on-failure', 2));
    for (let time = 0; time < 2; time++) {
      await end(web);
      await pass();
    }
    await end(web);
    expect([web.status, web.record.restartCount]).to.deep.equal(['exited', 2]);
    expect(world.timers.pending).to.deep.equal([]);
    await startContainer(world, web);
    expect(web.record.restartCount).to.equal(0);
  });

  it('tells those who wait for the end each time', async () => {
    const web = await started(withPolicy('always'));
    const { result } = waitFor(web, 'not-running', new AbortController().signal);
    await end(web, 5);
    expect(await result).to.deep.equal({ StatusCode: 5 });
    let answered = false;
    void waitFor(web, 'not-running', new AbortController().signal).result.then(() => {
      answered = true;
    });
    await settle();
    expect(answered).to.equal(false);
  });

  const ends: [string, (web: Container) => Promise<void>, string[]][] = [
    ['stop', (web) => stopContainer(world, web, {}), ['stop']],
    ['kill', (web) => killContainer(world, web, ''), []],
    ['a soft kill', (web) => killContainer(world, web, 'HUP'), []],
  ];
  for (const [what, work, told] of ends) {
    it(`ends by ${what} while it waits`, async () => {
      const web = await started(withPolicy('always'));
      await end(web, 3);
      await work(web);
      expect([web.status, web.record.lastRun.exitCode]).to.deep.equal(['exited', 3]);
      expect(world.timers.pending).to.deep.equal([]);
      expect(world.actions.slice(3)).to.deep.equal(told);
      expect(world.records.get(web.id)?.stoppedByUser).to.equal(true);
    });
  }

  it('is remembered to be stopped before the signal is sent', async () => {
    const web = await started(withPolicy('unless-stopped'));
    world.launcher.ignored = ['SIGTERM'];
    await killContainer(world, web, 'TERM');
    expect(world.records.get(web.id)?.stoppedByUser).to.equal(true);
    await end(web);
    expect(web.status).to.equal('exited');
  });

  const signals: [string, string, string][] = [
    ['', 'HUP', 'exited'],
    ['TERM', 'HUP', 'restarting'],
    ['TERM', '15', 'exited'],
    ['TERM', 'KILL', 'exited'],
  ];
  for (const [StopSignal, signal, status] of signals) {
    it(`with the stop signal "${StopSignal}" is ${status} when it ends after a ${signal}`, async () => {
      const web = await started(withPolicy('always', 0, { StopSignal }));
      world.launcher.ignored = ['SIGTERM'];
      await killContainer(world, web, signal);
      if (web.run) await end(web);
      expect(web.status).to.equal(status);
    });
  }

  it('refuses what needs a running container while it waits', async () => {
    const web = await started(withPolicy('always'));
    await end(web);
    const refused = async (work: Promise<unknown>) => (await rejection(work)).message;
    expect(await refused(startContainer(world, web))).to.contain('already running');
    expect(await refused(pauseContainer(world, web))).to.contain(
      'is restarting, wait until the container is running',
    );
    expect(await refused(removeContainer(world, web, { force: false }))).to.contain(
      'container is restarting: stop the container before removing',
    );
    await removeContainer(world, web, { force: true });
    expect(world.timers.pending).to.deep.equal([]);
    expect(world.registry.all()).to.deep.equal([]);
  });

  it('a restart by the user begins anew', async () => {
    const web = await started(withPolicy('always'));
    await end(web);
    await restartContainer(world, web, {});
    expect([web.status, web.record.restartCount]).to.deep.equal(['running', 0]);
    await end(web);
    expect(world.timers.pending).to.deep.equal([100]);
  });

  it('leaves one that can not be started', async () => {
    const web = await started(withPolicy('always'));
    await end(web);
    world.failOn = /launcher.create/;
    await pass();
    expect(web.status).to.equal('exited');
    expect(web.record.lastRun.error).to.contain('launcher.create failed');
    expect(world.timers.pending).to.deep.equal([]);
  });

  describe('over a restart of the daemon', () => {
    async function daemonRestart(): Promise<Container> {
      world.forgetMemory();
      await restoreContainers(world);
      await startThoseDue(world);
      return world.registry.find('web');
    }

    const cases: [string, string, (web: Container) => Promise<unknown>, string][] = [
      ['always', 'crashed', (web) => end(web), 'running'],
      ['always', 'was stopped', (web) => stopContainer(world, web, {}), 'running'],
      ['unless-stopped', 'crashed', (web) => end(web), 'running'],
      ['unless-stopped', 'was stopped', (web) => stopContainer(world, web, {}), 'exited'],
      ['unless-stopped', 'was killed', (web) => killContainer(world, web, ''), 'exited'],
      ['on-failure', 'ended well', (web) => end(web, 0), 'exited'],
      ['on-failure', 'crashed', (web) => end(web, 1), 'running'],
      ['no', 'crashed', (web) => end(web), 'exited'],
    ];
    for (const [policy, what, work, status] of cases) {
      it(`${policy}: one that ${what} is ${status}`, async () => {
        await work(await started(withPolicy(policy)));
        const web = await daemonRestart();
        expect(web.status).to.equal(status);
        if (status === 'running') expect(web.record.restartCount).to.equal(0);
      });
    }

    it('starts what the daemon has stopped as it ended', async () => {
      const web = await started(withPolicy('unless-stopped'));
      quietContainers(world);
      await stopContainer(world, web, {});
      expect([web.status, world.timers.pending]).to.deep.equal(['exited', []]);
      expect((await daemonRestart()).status).to.equal('running');
    });

    it('leaves what was never started', async () => {
      await world.create('web', withPolicy('always'));
      expect((await daemonRestart()).status).to.equal('created');
    });

    it('starts those that are needed first, and goes on without those that fail', async () => {
      const policy = { RestartPolicy: { Name: 'always', MaximumRetryCount: 0 } };
      const over = (host: object) => ({ HostConfig: { ...policy, ...host } });
      // Made in an order that is not that of their needs.
      const names = ['cc', 'bb', 'aa', 'web'];
      for (const name of names) await world.create(name, over({}));
      const give = async (name: string, host: object) => {
        const it = world.registry.find(name);
        it.record = { ...it.record, host: { ...it.record.host, ...host } };
        await world.records.save(it.id, it.record);
      };
      for (const name of names) {
        const it = world.registry.find(name);
        await startContainer(world, it);
        await end(it);
      }
      await give('cc', { VolumesFrom: ['bb:ro'] });
      await give('bb', { PidMode: `container:${world.registry.find('aa').id}` });
      await give('aa', { VolumesFrom: ['cc', 'gone'] });
      world.events.length = 0;
      await daemonRestart();
      const order = world.events
        .filter(({ action }) => action === 'start')
        .map(({ container }) => container.name);
      expect(order.filter((name) => name !== 'web')).to.have.members(['aa', 'bb', 'cc']);
      expect(order.indexOf('aa')).to.be.below(order.indexOf('bb'));
    });
  });
});
