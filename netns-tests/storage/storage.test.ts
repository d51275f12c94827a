import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { expect } from 'chai';
import { TarReader } from '../../src/base/tar/reader.js';
import { encodeArchive, type TarEntryDraft } from '../../src/base/tar/writer.js';
import type { ChainId } from '../../src/engine/storage/digest.js';
import type { Storage } from '../../src/engine/storage/storage.js';
import { describeEachDriver } from './each-driver.js';
import { tarOf } from './world.js';

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

describeEachDriver('storage', (on) => {
  const folders = () => readdirSync(on.world.driverRoot).sort();

  it('shows all layers together, whiteouts applied', async () => {
    const chain = await stack(
      on.storage,
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
    await on.storage.rootfs.prepare(idA, chain);
    const root = on.storage.rootfs.mount(idA);
    expect(readdirSync(root, { recursive: true }).sort()).to.deep.equal([
      'd',
      'd/f',
      'e',
      'e/old',
      'keep',
      'new',
    ]);
    expect(readFileSync(join(root, 'keep'), 'utf8')).to.equal('3');
    expect(on.storage.rootfs.mount(idA)).to.equal(root);
    expect(on.world.mounted()).to.deep.equal(on.mounts ? [root] : []);
    await on.storage.rootfs.unmount(idA);
    await on.storage.rootfs.unmount(idA);
    expect(on.world.mounted()).to.deep.equal([]);
  });

  it("tells and packs a container's changes, which make the next layer", async () => {
    const chain = await stack(on.storage, [
      file('a', '1'),
      file('b', '1'),
      file('d/x'),
      file('d/y'),
    ]);
    await on.storage.rootfs.prepare(idA, chain);
    const root = on.storage.rootfs.mount(idA);
    writeFileSync(join(root, 'a'), 'changed');
    writeFileSync(join(root, 'new'), 'new');
    rmSync(join(root, 'b'));
    rmSync(join(root, 'd'), { recursive: true });
    mkdirSync(join(root, 'd'));
    writeFileSync(join(root, 'd/z'), '');
    expect(await on.storage.rootfs.changes(idA)).to.deep.equal([
      { Path: '/a', Kind: 0 },
      { Path: '/b', Kind: 2 },
      { Path: '/d', Kind: 0 },
      // An overlay knows that the folder is another one.
      ...(on.mounts ? [] : ['/d/x', '/d/y'].map((Path) => ({ Path, Kind: 2 }))),
      { Path: '/d/z', Kind: 1 },
      { Path: '/new', Kind: 1 },
    ]);
    expect(await on.storage.rootfs.size(idA)).to.deep.equal({ writable: 10, total: 12 });
    expect((await namesIn(on.storage.rootfs.changesTar(idA))).sort()).to.deep.equal(
      [
        'a',
        '.wh.b',
        'd/',
        ...(on.mounts ? ['d/.wh..wh..opq'] : ['d/.wh.x', 'd/.wh.y']),
        'd/z',
        'new',
      ].sort(),
    );

    using hold = on.storage.layers.hold();
    const committed = await on.storage.layers.add({
      source: on.storage.rootfs.changesTar(idA),
      parent: chain,
      hold,
    });
    await on.storage.rootfs.prepare(idB, committed.chainId);
    const other = on.storage.rootfs.mount(idB);
    expect(readdirSync(other, { recursive: true }).sort()).to.deep.equal(['a', 'd', 'd/z', 'new']);
    expect(readFileSync(join(other, 'a'), 'utf8')).to.equal('changed');
  });

  it('exports all files of a container, mounted or not', async () => {
    const chain = await stack(on.storage, [
      file('a', '1'),
      { name: 'h', type: 'link', linkName: 'a' },
    ]);
    await on.storage.rootfs.prepare(idA, chain);
    expect(await namesIn(await on.storage.rootfs.exportTar(idA))).to.deep.equal(['a', 'h = a']);
    // An unmount in the middle does not cut it off.
    const tar = await on.storage.rootfs.exportTar(idA);
    await on.storage.rootfs.unmount(idA);
    expect(await namesIn(tar)).to.deep.equal(['a', 'h = a']);
    expect(on.world.mounted()).to.deep.equal([]);
  });

  it('mounts more layers than fit in one page of options', async () => {
    const chain = await stack(on.storage, ...Array.from({ length: 90 }, (_, i) => [file(`f${i}`)]));
    await on.storage.rootfs.prepare(idA, chain);
    expect(readdirSync(on.storage.rootfs.mount(idA))).to.have.length(90);
  });

  it('works without an image', async () => {
    await on.storage.rootfs.prepare(idA, undefined);
    const root = on.storage.rootfs.mount(idA);
    writeFileSync(join(root, 'a'), '1');
    await on.storage.rootfs.remove(idA);
    expect([on.world.mounted(), folders()]).to.deep.equal([[], []]);
    expect(() => on.storage.rootfs.mount(idA)).to.throw('No such container: ');
  });

  it('mounts again after a crash, whatever is in the work folder', async () => {
    const chain = await stack(on.storage, [file('a', '1')]);
    await on.storage.rootfs.prepare(idA, chain);
    writeFileSync(join(on.storage.rootfs.mount(idA), 'mine'), 'kept');
    await on.storage.rootfs.unmount(idA);
    const work = join(on.world.driverRoot, idA, 'work');
    mkdirSync(join(work, 'work/incompat/volatile'), { recursive: true });
    mkdirSync(join(work, 'incompat/volatile'), { recursive: true });
    writeFileSync(join(work, 'work/#1'), 'half a copy-up');
    const again = await on.world.open();
    await again.reconcile([idA], []);
    expect(readFileSync(join(again.rootfs.mount(idA), 'mine'), 'utf8')).to.equal('kept');
  });

  it('clears away what belongs to nobody, and nothing else', async () => {
    const chain = await stack(on.storage, [file('a', '1')]);
    for (const id of [idA, idB, 'c'.repeat(64)]) {
      await on.storage.rootfs.prepare(id, chain);
      on.storage.rootfs.mount(id);
    }
    for (const name of ['1'.repeat(64), `${'2'.repeat(64)}.new`, `${'3'.repeat(64)}.old`])
      mkdirSync(join(on.world.driverRoot, name, 'diff'), { recursive: true });
    const again = await on.world.open();
    await again.reconcile([idA, idB], [idA]);
    const [layer] = again.layers.all();
    expect(folders()).to.deep.equal([layer?.id, idA, idB].sort());
    expect(on.world.mounted()).to.deep.equal(
      on.mounts ? [join(on.world.driverRoot, idA, 'merged')] : [],
    );
    // The chain is used by containers only.
    expect(await again.collect(() => [])).to.deep.equal([]);
  });

  it('forgets layers whose files are gone, and those on top', async () => {
    const chain = await stack(on.storage, [file('a')], [file('b')]);
    const [, lower] = on.storage.layers.stack(chain);
    rmSync(join(on.world.driverRoot, lower?.id ?? ''), { recursive: true });
    const again = await on.world.open();
    await again.reconcile([], []);
    expect([again.layers.all(), folders()]).to.deep.equal([[], []]);
  });

  it('leaves nothing of a layer that fails', async () => {
    const bad = stack(on.storage, [file('a', 'x'.repeat(100_000)), file('../b')]);
    expect(await bad.catch((e: unknown) => e)).to.have.property('kind', 'InvalidParameter');
    const wrong = on.storage.layers.add({
      source: tarOf([file('a')]),
      hold: on.storage.layers.hold(),
      expect: { diffId: `sha256:${'0'.repeat(64)}` },
    });
    expect(await wrong.catch((e: unknown) => e))
      .to.have.property('message')
      .that.matches(/invalid diffId/);
    expect([on.storage.layers.all(), folders()]).to.deep.equal([[], []]);
  });

  it('stores a layer once, also when it comes twice at a time', async () => {
    const entries = [file('a', 'x'.repeat(100_000))];
    using hold = on.storage.layers.hold();
    const both = await Promise.all(
      [1, 2].map(() => on.storage.layers.add({ source: tarOf(entries), hold })),
    );
    // One of them may not be on the disk yet, when the other was told of it.
    const [one, other] = both.map(({ unsynced: _, ...layer }) => layer);
    expect(one).to.deep.equal(other);
    expect(folders()).to.deep.equal([one?.id]);
  });

  it('gives back the tar of a layer, and notices when its files have changed', async () => {
    const entries = [file('a', 'original')];
    const chain = await stack(on.storage, entries);
    expect((await buffer(on.storage.layers.tar(chain))).equals(encodeArchive(entries))).to.equal(
      true,
    );
    const [layer] = on.storage.layers.stack(chain);
    writeFileSync(join(on.world.driverRoot, layer?.id ?? '', on.files, 'a'), 'tampered');
    expect(await text(on.storage.layers.tar(chain)).catch((e: unknown) => e))
      .to.have.property('message')
      .that.matches(/have changed/);
  });

  it('keeps what images share, what is held, and what lies below', async () => {
    const base = [file('base')];
    const one = await stack(on.storage, base, [file('one')]);
    const two = await stack(on.storage, base, [file('two')]);
    expect(on.storage.layers.all()).to.have.length(3);
    expect((await on.storage.collect(() => [two])).map(({ chainId }) => chainId)).to.deep.equal([
      one,
    ]);
    const hold = on.storage.layers.hold();
    hold.keep(two);
    expect(await on.storage.collect(() => [])).to.deep.equal([]);
    hold[Symbol.dispose]();
    expect(await on.storage.collect(() => [])).to.have.length(2);
    expect(folders()).to.deep.equal([]);
  });
});
