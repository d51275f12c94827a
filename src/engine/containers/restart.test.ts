import { expect } from 'chai';
import { FakeContext, rejection } from './fake-context.js';
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

  it('keeps a container with --rm, which goes at its next end', async () => {
    const web = await world.create('web', { HostConfig: { AutoRemove: true } });
    await startContainer(world, web);
    await restartContainer(world, web, {});
    expect(world.registry.all()).to.deep.equal([web]);
    await world.launcher.kill(web.id, 'SIGKILL');
    await web.cleaned;
    expect(world.registry.all()).to.deep.equal([]);
  });

  it('is over when it failed: --rm strikes again', async () => {
    const web = await world.create('web', { HostConfig: { AutoRemove: true } });
    await startContainer(world, web);
    world.failOn = /launcher.create/;
    await rejection(restartContainer(world, web, {}));
    expect(web.restarting).to.equal(false);
    expect(world.registry.all()).to.deep.equal([]);
  });
});
