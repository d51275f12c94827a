import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { expect } from 'chai';
import type { ChainId } from '../../src/engine/storage/digest.js';
import type { Storage } from '../../src/engine/storage/storage.js';
import { TarReader } from '../../src/engine/storage/tar/reader.js';
import { encodeArchive, type TarEntryDraft } from '../../src/engine/storage/tar/writer.js';
import { StorageWorld, tarOf } from './world.js';

type Entries = (TarEntryDraft & { content?: string })[];
const file = (name: string, content = ''): Entries[number] => ({ name, type: 'file', content });

/** Adds layers on one another, holding none afterwards. */
async function stack(storage: Storage, ...layers: Entries[]): Promise<ChainId> {
  using hold = storage.layers.hold();
  let parent: ChainId | undefined;
  for (const entries of layers)
    parent = (await storage.layers.add({ source: tarOf(entries), parent, hold })).chainId;
  if (parent === undefined) throw new Error('no layers');
  return parent;
}

/** Names in a tar; links with their target. */
async function namesIn(tar: Readable): Promise<string[]> {
  const names: string[] = [];
  const reader = new TarReader({
    entry: ({ name, type, linkName }) =>
      names.push(type === 'link' ? `${name} = ${linkName}` : name),
    data() {},
    end() {},
  });
  reader.write(await buffer(tar));
  reader.end();
  return names;
}

const idA = 'a'.repeat(64);
const idB = 'b'.repeat(64);

describe('storage on overlay2', () => {
  let world: StorageWorld;
  let storage: Storage;
  before(function () {
    if (process.getuid?.() !== 0) this.skip();
  });
  beforeEach(async () => {
    world = new StorageWorld();
    storage = await world.open();
  });
  afterEach(async () => {
    await world[Symbol.asyncDispose]();
  });
  const folders = () => readdirSync(world.overlayRoot).sort();

  it('shows all layers together, whiteouts applied', async () => {
    const chain = await stack(
      storage,
      [file('keep', '1'), file('gone', '1'), file('d/old', '1'), file('e/old'), file('e/x')],
      [
        file('.wh.gone'),
        file('new', '2'),
        file('d/.wh..wh..opq'),
        file('d/f', '2'),
        file('e/.wh.x'),
      ],
      [file('keep', '3')],
    );
    await storage.rootfs.prepare(idA, chain);
    const root = storage.rootfs.mount(idA);
    expect(readdirSync(root, { recursive: true }).sort()).to.deep.equal([
      'd',
      'd/f',
      'e',
      'e/old',
      'keep',
      'new',
    ]);
    expect(readFileSync(join(root, 'keep'), 'utf8')).to.equal('3');
    expect(storage.rootfs.mount(idA)).to.equal(root);
    expect(world.mounted()).to.deep.equal([root]);
    await storage.rootfs.unmount(idA);
    await storage.rootfs.unmount(idA);
    expect(world.mounted()).to.deep.equal([]);
  });

  it("tells and packs a container's changes, which make the next layer", async () => {
    const chain = await stack(storage, [file('a', '1'), file('b', '1'), file('d/x'), file('d/y')]);
    await storage.rootfs.prepare(idA, chain);
    const root = storage.rootfs.mount(idA);
    writeFileSync(join(root, 'a'), 'changed');
    writeFileSync(join(root, 'new'), 'new');
    rmSync(join(root, 'b'));
    rmSync(join(root, 'd'), { recursive: true });
    mkdirSync(join(root, 'd'));
    writeFileSync(join(root, 'd/z'), '');
    expect(await storage.rootfs.changes(idA)).to.deep.equal([
      { Path: '/a', Kind: 0 },
      { Path: '/b', Kind: 2 },
      { Path: '/d', Kind: 0 },
      { Path: '/d/z', Kind: 1 },
      { Path: '/new', Kind: 1 },
    ]);
    expect(await storage.rootfs.size(idA)).to.deep.equal({ writable: 10, total: 12 });
    expect(await namesIn(storage.rootfs.changesTar(idA))).to.deep.equal([
      'a',
      '.wh.b',
      'd/',
      'd/.wh..wh..opq',
      'd/z',
      'new',
    ]);

    using hold = storage.layers.hold();
    const committed = await storage.layers.add({
      source: storage.rootfs.changesTar(idA),
      parent: chain,
      hold,
    });
    await storage.rootfs.prepare(idB, committed.chainId);
    const other = storage.rootfs.mount(idB);
    expect(readdirSync(other, { recursive: true }).sort()).to.deep.equal(['a', 'd', 'd/z', 'new']);
    expect(readFileSync(join(other, 'a'), 'utf8')).to.equal('changed');
  });

  it('exports all files of a container, mounted or not', async () => {
    const chain = await stack(storage, [
      file('a', '1'),
      { name: 'h', type: 'link', linkName: 'a' },
    ]);
    await storage.rootfs.prepare(idA, chain);
    expect(await namesIn(await storage.rootfs.exportTar(idA))).to.deep.equal(['a', 'h = a']);
    // An unmount in the middle does not cut it off.
    const tar = await storage.rootfs.exportTar(idA);
    await storage.rootfs.unmount(idA);
    expect(await namesIn(tar)).to.deep.equal(['a', 'h = a']);
    expect(world.mounted()).to.deep.equal([]);
  });

  it('mounts more layers than fit in one page of options', async () => {
    const chain = await stack(storage, ...Array.from({ length: 90 }, (_, i) => [file(`f${i}`)]));
    await storage.rootfs.prepare(idA, chain);
    expect(readdirSync(storage.rootfs.mount(idA))).to.have.length(90);
  });

  it('works without an image', async () => {
    await storage.rootfs.prepare(idA, undefined);
    const root = storage.rootfs.mount(idA);
    writeFileSync(join(root, 'a'), '1');
    await storage.rootfs.remove(idA);
    expect([world.mounted(), folders()]).to.deep.equal([[], []]);
    expect(() => storage.rootfs.mount(idA)).to.throw('No such container: ');
  });

  it('mounts again after a crash, whatever is in the work folder', async () => {
    const chain = await stack(storage, [file('a', '1')]);
    await storage.rootfs.prepare(idA, chain);
    writeFileSync(join(storage.rootfs.mount(idA), 'mine'), 'kept');
    await storage.rootfs.unmount(idA);
    const work = join(world.overlayRoot, idA, 'work');
    mkdirSync(join(work, 'work/incompat/volatile'), { recursive: true });
    mkdirSync(join(work, 'incompat/volatile'), { recursive: true });
    writeFileSync(join(work, 'work/#1'), 'half a copy-up');
    const again = await world.open();
    await again.reconcile([idA], []);
    expect(readFileSync(join(again.rootfs.mount(idA), 'mine'), 'utf8')).to.equal('kept');
  });

  it('clears away what belongs to nobody, and nothing else', async () => {
    const chain = await stack(storage, [file('a', '1')]);
    for (const id of [idA, idB, 'c'.repeat(64)]) {
      await storage.rootfs.prepare(id, chain);
      storage.rootfs.mount(id);
    }
    for (const name of ['1'.repeat(64), `${'2'.repeat(64)}.new`, `${'3'.repeat(64)}.old`])
      mkdirSync(join(world.overlayRoot, name, 'diff'), { recursive: true });
    const again = await world.open();
    await again.reconcile([idA, idB], [idA]);
    const [layer] = again.layers.all();
    expect(folders()).to.deep.equal([layer?.id, idA, idB].sort());
    expect(world.mounted()).to.deep.equal([join(world.overlayRoot, idA, 'merged')]);
    // The chain is used by containers only.
    expect(await again.collect(() => [])).to.deep.equal([]);
  });

  it('forgets layers whose files are gone, and those on top', async () => {
    const chain = await stack(storage, [file('a')], [file('b')]);
    const [, lower] = storage.layers.stack(chain);
    rmSync(join(world.overlayRoot, lower?.id ?? ''), { recursive: true });
    const again = await world.open();
    await again.reconcile([], []);
    expect([again.layers.all(), folders()]).to.deep.equal([[], []]);
  });

  it('leaves nothing of a layer that fails', async () => {
    const bad = stack(storage, [file('a', 'x'.repeat(100_000)), file('../b')]);
    expect(await bad.catch((e: unknown) => e)).to.have.property('kind', 'InvalidParameter');
    const wrong = storage.layers.add({
      source: tarOf([file('a')]),
      hold: storage.layers.hold(),
      expect: { diffId: `sha256:${'0'.repeat(64)}` },
    });
    expect(await wrong.catch((e: unknown) => e))
      .to.have.property('message')
      .that.matches(/invalid diffId/);
    expect([storage.layers.all(), folders()]).to.deep.equal([[], []]);
  });

  it('stores a layer once, also when it comes twice at a time', async () => {
    const entries = [file('a', 'x'.repeat(100_000))];
    using hold = storage.layers.hold();
    const both = await Promise.all(
      [1, 2].map(() => storage.layers.add({ source: tarOf(entries), hold })),
    );
    expect(both[0]).to.deep.equal(both[1]);
    expect(folders()).to.deep.equal([both[0]?.id]);
  });

  it('gives back the tar of a layer, and notices when its files have changed', async () => {
    const entries = [file('a', 'original')];
    const chain = await stack(storage, entries);
    expect((await buffer(storage.layers.tar(chain))).equals(encodeArchive(entries))).to.equal(true);
    const [layer] = storage.layers.stack(chain);
    writeFileSync(join(world.overlayRoot, layer?.id ?? '', 'diff/a'), 'tampered');
    expect(await text(storage.layers.tar(chain)).catch((e: unknown) => e))
      .to.have.property('message')
      .that.matches(/have changed/);
  });

  it('keeps what images share, what is held, and what lies below', async () => {
    const base = [file('base')];
    const one = await stack(storage, base, [file('one')]);
    const two = await stack(storage, base, [file('two')]);
    expect(storage.layers.all()).to.have.length(3);
    expect((await storage.collect(() => [two])).map(({ chainId }) => chainId)).to.deep.equal([one]);
    const hold = storage.layers.hold();
    hold.keep(two);
    expect(await storage.collect(() => [])).to.deep.equal([]);
    hold[Symbol.dispose]();
    expect(await storage.collect(() => [])).to.have.length(2);
    expect(folders()).to.deep.equal([]);
  });

  it('says clearly when overlay can not be used', async () => {
    await storage.rootfs.prepare(idA, undefined);
    // An overlay can't be the upper layer of another.
    const inside = join(storage.rootfs.mount(idA), 'data');
    const { Overlay2 } = await import('../../src/engine/storage/overlay2.js');
    const { kernelMounts } = await import('../../src/engine/storage/kernel-mounts.js');
    const driver = new Overlay2({ root: inside, mounts: kernelMounts });
    expect(await driver.check().catch((e: unknown) => e)).to.include({ kind: 'Unavailable' });
    expect(readdirSync(inside)).to.deep.equal([]);
  });
});
