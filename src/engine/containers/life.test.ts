import { expect } from 'chai';
import type { Container } from './container.js';
import { FakeContext, rejection, settle } from './fake-context.js';
import { exitWith } from './fake-launcher.js';
import { renameContainer } from './rename.js';
import { startContainer } from './start.js';

describe('the end of a container', () => {
  let world: FakeContext;
  beforeEach(() => {
    world = new FakeContext();
  });
  afterEach(() => world[Symbol.dispose]());

  async function started(over: object = {}): Promise<Container> {
    const web = await world.create('web', over);
    await startContainer(world, web);
    return web;
  }

  it('gives back the network, then tells of it, then cleans up', async () => {
    const web = await started();
    const { ended } = web.run ?? {};
    world.launcher.of(web.id).end({ ...exitWith(3), oomKilled: true });
    expect(await ended).to.include({ code: 3 });
    expect(web.status).to.equal('exited');
    expect(world.networks.sandboxes.size).to.equal(0);
    expect(web.record.lastRun).to.deep.equal({
      status: 'exited',
      exitCode: 3,
      startedAt: '2026-01-01T00:00:00.000Z',
      finishedAt: '2026-01-01T00:01:00.000Z',
      oomKilled: true,
      error: '',
    });
    await web.cleaned;
    expect(world.rootfs.mounted.size).to.equal(0);
    expect(world.runs.values()).to.deep.equal([]);
    expect(world.runDirs).to.deep.equal([]);
    expect(world.launcher.processes.size).to.equal(0);
    expect(world.events.at(-1)).to.deep.include({
      action: 'die',
      attributes: { exitCode: '3', execDuration: '60' },
    });
  });

  it('writes the exit down before the traces of the run go', async () => {
    const web = await started();
    const before = world.calls.length;
    world.launcher.of(web.id).end(exitWith(0));
    await web.cleaned;
    // Unmounting goes on side by side with the writing; the order of the rest matters.
    const calls = world.calls.slice(before);
    expect(calls).to.include('rootfs.unmount');
    expect(calls.filter((call) => call !== 'rootfs.unmount')).to.deep.equal([
      'networks.closeSandbox',
      'records.save',
      'launcher.delete',
      'runs.remove',
    ]);
  });

  for (const failing of [
    'networks.closeSandbox',
    'records.save',
    'launcher.delete',
    'rootfs.unmount',
    'runs.remove',
  ]) {
    it(`goes on when ${failing} fails`, async () => {
      const web = await started();
      world.failOn = new RegExp(failing);
      world.launcher.of(web.id).end(exitWith(5));
      await web.cleaned;
      expect(web.record.lastRun.exitCode).to.equal(5);
      const left = {
        'networks.closeSandbox': world.networks.sandboxes.size,
        'records.save': world.records.get(web.id)?.lastRun.exitCode === 5 ? 0 : 1,
        'launcher.delete': world.launcher.processes.size,
        'rootfs.unmount': world.rootfs.mounted.size,
        'runs.remove': world.runs.values().length,
      };
      const wanted = Object.fromEntries(
        Object.keys(left).map((what) => [what, what === failing ? 1 : 0]),
      );
      expect(left).to.deep.equal(wanted);
    });
  }

  it('removes a container with --rm', async () => {
    const web = await started({ HostConfig: { AutoRemove: true } });
    world.launcher.of(web.id).end(exitWith(0));
    await web.settled;
    expect(world.registry.all()).to.deep.equal([]);
    expect(world.records.values()).to.deep.equal([]);
    expect(world.rootfs.prepared.size).to.equal(0);
    expect(world.actions).to.deep.equal(['create', 'start', 'die', 'destroy']);
  });

  it('does not remove one with --rm while it is restarted', async () => {
    const web = await started({ HostConfig: { AutoRemove: true } });
    web.restarts = 1;
    world.launcher.of(web.id).end(exitWith(0));
    await web.settled;
    expect(world.registry.all()).to.deep.equal([web]);
    expect(web.removing).to.equal(false);
  });

  it('removes one with --rm once all else that is done to it is over, for good', async () => {
    const web = await started({ HostConfig: { AutoRemove: true } });
    let go = () => {};
    const renamed = world.locks.run(web.id, async () => {
      await new Promise<void>((resolve) => {
        go = resolve;
      });
      await renameContainer(world, web, 'shop');
    });
    await settle();
    world.launcher.of(web.id).end(exitWith(0));
    await web.cleaned;
    await settle();
    expect(web.status).to.equal('exited');
    expect((await rejection(startContainer(world, web))).message).to.contain('marked for removal');
    go();
    await renamed;
    await web.settled;
    expect(world.registry.all()).to.deep.equal([]);
    expect(world.records.values()).to.deep.equal([]);
    expect(world.actions.slice(2)).to.deep.equal(['die', 'rename', 'destroy']);
  });

  it('forgets its execs', async () => {
    const web = await started();
    web.execIds.add('e1');
    world.launcher.of(web.id).end(exitWith(0));
    await web.run?.ended;
    expect(web.execIds.size).to.equal(0);
  });

  it('of a start that was rolled back is not told', async () => {
    const web = await world.create('web');
    world.failOn = /launcher.start/;
    await rejection(startContainer(world, web));
    await web.cleaned;
    await settle();
    expect(world.actions).to.deep.equal(['create']);
    expect(web.record.lastRun.status).to.equal('created');
    expect(world.calls.filter((call) => call === 'rootfs.unmount')).to.have.length(1);
  });
});
