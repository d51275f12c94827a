import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import type { Container } from '../container.js';
import { FakeContext } from '../fake-context.js';
import { ContainerFiles } from './files.js';

describe('ContainerFiles', () => {
  let world: FakeContext;
  let root: string;
  let web: Container;
  beforeEach(async () => {
    world = new FakeContext();
    root = join(world.settings.containersDir, 'root');
    mkdirSync(root, { recursive: true });
    world.rootfs.mount = () => root;
    web = await world.create('web');
  });
  afterEach(() => world[Symbol.dispose]());

  /** Nothing is there until the end of a run has been cleaned up after. */
  const mounted = async () => {
    await delay(5);
    writeFileSync(join(root, 'file'), '');
  };

  it('waits for the end of a run, which unmounts the files', async () => {
    web.cleaned = mounted();
    const { name } = await new ContainerFiles(world).statPath('web', '/file');
    expect(name).to.equal('file');
  });

  it('looks again when a run has ended while it opened them', async () => {
    world.rootfs.mount = () => {
      world.rootfs.mount = () => root;
      web.cleaned = mounted();
      return root;
    };
    const { name } = await new ContainerFiles(world).statPath('web', '/file');
    expect(name).to.equal('file');
  });
});
