import { expect } from 'chai';
import { FakeContext } from './fake-context.js';
import { exitWith } from './fake-launcher.js';
import { containerState } from './inspect.js';
import { runDirOf } from './paths.js';
import { restoreContainers } from './restore.js';
import { startContainer } from './start.js';

const limited = { HostConfig: { Memory: 16 * 1024 * 1024 } };

describe('a container that is out of memory', () => {
  let world: FakeContext;
  beforeEach(() => {
    world = new FakeContext();
  });
  afterEach(() => world[Symbol.dispose]());

  it('is told of at once, and once, though it goes on', async () => {
    const web = await world.create('web', limited);
    await startContainer(world, web);
    world.outOfMemory.get(runDirOf(world, web))?.();
    expect(containerState(web)).to.include({ Running: true, OOMKilled: true });
    expect(world.runs.get(web.id)?.oomKilled).to.equal(true);
    world.launcher.of(web.id).end({ ...exitWith(137), oomKilled: true });
    await web.cleaned;
    expect(world.actions).to.deep.equal(['create', 'start', 'oom', 'die']);
    expect(world.outOfMemory.size).to.equal(0);
    await startContainer(world, web);
    expect(containerState(web).OOMKilled).to.equal(false);
  });

  it('is told of at its end if nobody noticed before', async () => {
    const web = await world.create('web', limited);
    await startContainer(world, web);
    world.launcher.of(web.id).end({ ...exitWith(137), oomKilled: true });
    await web.cleaned;
    expect(world.actions.slice(2)).to.deep.equal(['oom', 'die']);
  });

  it('is known to the next daemon, which does not tell it again', async () => {
    const { id } = await world.create('web', limited);
    await startContainer(world, world.registry.find('web'));
    world.outOfMemory.get(runDirOf(world, { id }))?.();
    world.outOfMemory.clear();
    world.forgetMemory();
    await restoreContainers(world);
    expect(containerState(world.registry.find('web')).OOMKilled).to.equal(true);
    expect(world.outOfMemory.size).to.equal(0);
  });

  it('is not looked for without a limit', async () => {
    await startContainer(world, await world.create('web'));
    expect(world.outOfMemory.size).to.equal(0);
  });
});
