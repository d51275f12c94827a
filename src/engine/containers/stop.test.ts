import { expect } from 'chai';
import { Conflict, InvalidParameter, NotModified } from '../../base/errors.js';
import type { Container } from './container.js';
import { FakeContext, rejection, settle } from './fake-context.js';
import { exitWith } from './fake-launcher.js';
import { startContainer } from './start.js';
import { killContainer, pauseContainer, stopContainer, unpauseContainer } from './stop.js';

describe('stopping', () => {
  let world: FakeContext;
  let web: Container;

  async function start(over: object = {}): Promise<void> {
    web = await world.create('web', over);
    await startContainer(world, web);
  }

  /** Until a stop has sent its signal and waits. */
  async function asked(): Promise<void> {
    while (world.timers.pending.length === 0) await settle();
  }

  beforeEach(async () => {
    world = new FakeContext();
  });
  afterEach(() => world[Symbol.dispose]());

  const signals: [string, object, { signal?: string }, string][] = [
    ['SIGTERM by default', {}, {}, '1 SIGTERM'],
    ["the container's own signal", { StopSignal: 'INT' }, {}, '1 SIGINT'],
    ['the one that is asked for', { StopSignal: 'INT' }, { signal: '9' }, '1 SIGKILL'],
  ];
  for (const [what, over, options, sent] of signals) {
    it(`sends ${what}`, async () => {
      await start(over);
      await stopContainer(world, web, options);
      expect(world.launcher.signals).to.deep.equal([sent]);
      expect(web.status).to.equal('exited');
      expect(world.actions.slice(-3)).to.deep.equal(['kill', 'die', 'stop']);
    });
  }

  const timeouts: [string, object, { timeoutSeconds?: number }, number][] = [
    ['of the request', { StopTimeout: 60 }, { timeoutSeconds: 20 }, 20_000],
    ['of the container', { StopTimeout: 60 }, {}, 60_000],
    ['of nothing at all', {}, { timeoutSeconds: 0 }, 0],
    ['that is longer than Node can wait', {}, { timeoutSeconds: 9e9 }, 9e12],
    ['by default', {}, {}, 10_000],
  ];
  for (const [what, over, options, afterMs] of timeouts) {
    it(`kills after the timeout ${what}`, async () => {
      await start(over);
      world.launcher.ignored = ['SIGTERM'];
      const stopped = stopContainer(world, web, options);
      await asked();
      expect(world.timers.pending).to.deep.equal([afterMs]);
      world.timers.advance(afterMs);
      await stopped;
      expect(world.launcher.signals).to.deep.equal(['1 SIGTERM', '1 SIGKILL']);
      expect(web.record.lastRun.exitCode).to.equal(137);
      expect(world.timers.pending).to.deep.equal([]);
    });
  }

  it('lets others have the container while it waits', async () => {
    await start();
    world.launcher.ignored = ['SIGTERM'];
    const stopped = stopContainer(world, web, { timeoutSeconds: 60 });
    await asked();
    await world.locks.run(web.id, () => pauseContainer(world, web));
    const impatient = stopContainer(world, web, { timeoutSeconds: 0 });
    while (world.timers.pending.length < 2) await settle();
    world.timers.advance(0);
    await Promise.all([stopped, impatient]);
    expect(world.timers.pending).to.deep.equal([]);
    expect(world.actions.filter((action) => action === 'stop')).to.have.length(2);
  });

  it('waits for ever with -1', async () => {
    await start();
    world.launcher.ignored = ['SIGTERM'];
    let isOver = false;
    const stopped = stopContainer(world, web, { timeoutSeconds: -1 }).then(() => {
      isOver = true;
    });
    await new Promise((done) => setTimeout(done, 20));
    expect(isOver).to.equal(false);
    world.launcher.of(web.id).end(exitWith(0));
    await stopped;
    expect(world.launcher.signals).to.deep.equal(['1 SIGTERM']);
  });

  it('says that nothing runs', async () => {
    await start();
    await stopContainer(world, web, {});
    expect(await rejection(stopContainer(world, web, {}))).to.be.instanceOf(NotModified);
  });

  it('is content with one that ends by itself just then', async () => {
    await start();
    world.launcher.of(web.id).end(exitWith(7));
    await stopContainer(world, web, {});
    expect(web.record.lastRun.exitCode).to.equal(7);
  });

  it('sends nothing if the signal is none', async () => {
    await start({ StopSignal: 'SIGNAL' });
    expect(await rejection(stopContainer(world, web, {}))).to.be.instanceOf(InvalidParameter);
    expect(world.launcher.signals).to.deep.equal([]);
    expect(web.status).to.equal('running');
  });

  it('wakes a paused container first', async () => {
    await start();
    await pauseContainer(world, web);
    await stopContainer(world, web, {});
    expect(web.record.lastRun.exitCode).to.equal(143);
  });
});

describe('killContainer', () => {
  it('answers when a SIGKILL has had its effect, and at once with other signals', async () => {
    using world = new FakeContext();
    const web = await world.create('web');
    await startContainer(world, web);
    await killContainer(world, web, 'usr1');
    expect(web.status).to.equal('running');
    await killContainer(world, web, '');
    expect(web.status).to.equal('exited');
    expect(world.launcher.signals).to.deep.equal(['1 SIGUSR1', '1 SIGKILL']);
    const error = await rejection(killContainer(world, web, ''));
    expect(error).to.be.instanceOf(Conflict);
    expect(error.message).to.equal(`container ${web.id} is not running`);
  });

  it('wakes a paused container', async () => {
    using world = new FakeContext();
    const web = await world.create('web');
    await startContainer(world, web);
    await pauseContainer(world, web);
    await killContainer(world, web, 'TERM');
    expect(web.status).to.equal('paused');
    await killContainer(world, web, 'KILL');
    expect(web.status).to.equal('exited');
    expect(world.calls).to.include('launcher.resume');
  });
});

describe('pausing', () => {
  it('is remembered until it is undone', async () => {
    using world = new FakeContext();
    const web = await world.create('web');
    expect((await rejection(pauseContainer(world, web))).message).to.contain('is not running');
    await startContainer(world, web);
    expect((await rejection(unpauseContainer(world, web))).message).to.contain('is not paused');

    await pauseContainer(world, web);
    expect(web.status).to.equal('paused');
    expect(world.runs.get(web.id)?.paused).to.equal(true);
    expect((await rejection(pauseContainer(world, web))).message).to.contain('already paused');

    await unpauseContainer(world, web);
    expect(web.status).to.equal('running');
    expect(world.runs.get(web.id)?.paused).to.equal(false);
    expect(world.actions).to.deep.equal(['create', 'start', 'pause', 'unpause']);
  });

  it('does not lose the end of the run', async () => {
    using world = new FakeContext();
    const web = await world.create('web');
    await startContainer(world, web);
    await pauseContainer(world, web);
    world.launcher.of(web.id).end(exitWith(4));
    await web.cleaned;
    await settle();
    expect(web.record.lastRun.exitCode).to.equal(4);
    expect(world.runs.values()).to.deep.equal([]);
  });
});
