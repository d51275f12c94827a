import { expect } from 'chai';
import { System } from '../../base/errors.js';
import { FakeContext, rejection, settle } from './fake-context.js';
import { removeContainer } from './remove.js';
import { startContainer } from './start.js';
import { restartContainer } from './stop.js';

describe('restartContainer', () => {
  let world: FakeContext;
  beforeEach(() => {
    world = new FakeContext();
  });
  afterEach(() => world[Symbol.dispose]());

  it('stops, then starts', async () => {
    const web = await world.create('web');
    await startContainer(world, web);
    const { pid } = world.launcher.of(web.id);
    await restartContainer(world, web, {});
    expect(web.status).to.equal('running');
    expect(world.launcher.of(web.id).pid).not.to.equal(pid);
    expect(world.actions.slice(2)).to.deep.equal(['kill', 'die', 'stop', 'start', 'restart']);
  });

  it('starts what does not run', async () => {
    const web = await world.create('web');
    await restartContainer(world, web, {});
    expect(world.actions).to.deep.equal(['create', 'start', 'restart']);
  });

  it('says what could not be done, by the name that the client gave', async () => {
    const web = await world.create('web');
    world.failOn = /launcher.create/;
    const error = await rejection(restartContainer(world, web, { ref: 'w' }));
    expect(error).to.be.instanceOf(System);
    expect(error.message).to.match(/^Cannot restart container w: ./);
  });

  it('keeps a container with --rm, which goes at its next end', async () => {
    const web = await world.create('web', { HostConfig: { AutoRemove: true } });
    await startContainer(world, web);
    await restartContainer(world, web, {});
    expect(world.registry.all()).to.deep.equal([web]);
    await world.launcher.kill(web.id, 'SIGKILL');
    await web.settled;
    expect(world.registry.all()).to.deep.equal([]);
  });

  it('is content with what another restart has done', async () => {
    const web = await world.create('web', { HostConfig: { AutoRemove: true } });
    await startContainer(world, web);
    world.launcher.ignored = ['SIGTERM'];
    const both = Promise.all([restartContainer(world, web, {}), restartContainer(world, web, {})]);
    while (world.timers.pending.length < 2) await settle();
    world.timers.advance(10_000);
    await both;
    expect(web.status).to.equal('running');
    expect(world.actions.filter((action) => action === 'start')).to.have.length(2);
  });

  it('does not bring back what is removed meanwhile', async () => {
    const web = await world.create('web');
    await startContainer(world, web);
    world.launcher.ignored = ['SIGTERM'];
    const restarted = rejection(restartContainer(world, web, { timeoutSeconds: 1000 }));
    while (world.timers.pending.length < 1) await settle();
    await world.locks.run(web.id, () => removeContainer(world, web, { force: true }));
    expect((await restarted).message).to.contain('marked for removal');
    expect(world.records.values()).to.deep.equal([]);
  });

  it('is over when it failed: --rm strikes again', async () => {
    const web = await world.create('web', { HostConfig: { AutoRemove: true } });
    await startContainer(world, web);
    world.failOn = /launcher.create/;
    await rejection(restartContainer(world, web, {}));
    expect(web.restarts).to.equal(0);
    expect(world.registry.all()).to.deep.equal([]);
  });
});
