import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { encodePax } from '../../src/base/tar/pax.js';
import {
  encodeEntry,
  endOfArchive,
  padding,
  type TarEntryDraft,
} from '../../src/base/tar/writer.js';
import type { ChainId } from '../../src/engine/storage/digest.js';
import { describeTree } from './described.js';
import { describeEachDriver } from './each-driver.js';
import { tarOf } from './world.js';

type Entries = (TarEntryDraft & { content?: string })[];
const container = 'a'.repeat(64);

/** The archive's bytes for records of a PAX header, of the type `x` or `g`. */
function paxHeader(records: Record<string, string | Buffer>, typeflag = 'x'): Buffer {
  const content = encodePax(
    new Map(Object.entries(records).map(([key, value]) => [key, Buffer.from(value)])),
  );
  const header = encodeEntry({ name: 'pax', type: 'file', size: content.length });
  header.write(typeflag, 156);
  return Buffer.concat([withChecksum(header), content, padding(content.length)]);
}

/** The block with its sum made right again. */
function withChecksum(block: Buffer): Buffer {
  block.write(' '.repeat(8), 148);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

/** A header whose size field says what it likes. */
function headerOfSize(size: number): Buffer {
  const header = encodeEntry({ name: 'huge', type: 'file' });
  header.write(size.toString(8).padStart(11, '0'), 124);
  return withChecksum(header);
}

const file = encodeEntry({ name: 'f', type: 'file' });
const hostile: [what: string, archive: () => Iterable<Buffer>, message: RegExp][] = [
  [
    'a size that never comes',
    () => [headerOfSize(8 * 2 ** 30 - 1), Buffer.alloc(4096)],
    /unexpected end/,
  ],
  ['a negative size', () => [paxHeader({ size: '-1' }), file], /impossible size/],
  [
    'a size beyond all numbers',
    () => [paxHeader({ size: '9'.repeat(40) }), file],
    /impossible size/,
  ],
  ['a size that is no number', () => [paxHeader({ size: '0x' }), file], /size is "0x"/],
  ['an owner beyond 32 bits', () => [paxHeader({ uid: '4294967295' }), file], /uid is/],
  ['an owner who is half one', () => [paxHeader({ gid: '0.5' }), file], /gid is/],
  ['a time that is none', () => [paxHeader({ mtime: 'NaN' }), file], /mtime is/],
  ['a path with NUL in it', () => [paxHeader({ path: 'a\0b' }), file], /leads out/],
  ['a path out of it, by PAX', () => [paxHeader({ path: '../../f' }), file], /leads out/],
  ['a path out of it, for all entries', () => [paxHeader({ path: '/f' }, 'g'), file], /leads out/],
  ['a path without end', () => [paxHeader({ path: 'a/'.repeat(400_000) }), file], /too long/],
  ['a name of 300 letters', () => [paxHeader({ path: 'a'.repeat(300) }), file], /name too long/],
  [
    'a record that is longer than its header',
    () => [paxRaw('99 path=f\n'), file],
    /bad PAX record/,
  ],
  ['a record without length', () => [paxRaw('path=f\n'), file], /bad PAX record/],
  [
    'a header of gigabytes',
    () => [headerWithType('x', 2 ** 30), Buffer.alloc(1 << 20)],
    /too large/,
  ],
  [
    'an attribute that is too large',
    () => [paxHeader({ 'SCHILY.xattr.user.a': 'x'.repeat(70_000) }), file],
    /lsetxattr/,
  ],
  [
    'more attributes than a file can have',
    () => [
      paxHeader(
        Object.fromEntries(
          Array.from({ length: 15 }, (_, i) => [`SCHILY.xattr.user.${i}`, 'x'.repeat(65_000)]),
        ),
      ),
      file,
      paxHeader({ path: '../f' }),
      file,
    ],
    /lsetxattr|leads out/,
  ],
  [
    'a whiteout of the folder above',
    () => [encodeEntry({ name: 'd/.wh...', type: 'file' })],
    /leads out/,
  ],
  ['a type that nobody knows', () => [headerWithType('Q', 0)], /not supported/],
];

function paxRaw(content: string): Buffer {
  const header = headerWithType('x', content.length);
  return Buffer.concat([header, Buffer.from(content), padding(content.length)]);
}

function headerWithType(type: string, size: number): Buffer {
  const header = encodeEntry({ name: 'odd', type: 'file', size });
  header.write(type, 156);
  return withChecksum(header);
}

describeEachDriver('archives of strangers', (on) => {
  async function add(source: AsyncIterable<Buffer>, parent?: ChainId): Promise<ChainId> {
    using hold = on.storage.layers.hold();
    return (await on.storage.layers.add({ source, parent, hold })).chainId;
  }

  async function* pieces(archive: Iterable<Buffer>): AsyncIterable<Buffer> {
    yield* archive;
    yield endOfArchive;
  }

  for (const [what, archive, message] of hostile)
    it(`with ${what} leave nothing behind`, async () => {
      const error: unknown = await add(pieces(archive())).catch((e: unknown) => e);
      expect(error).to.be.an('error').with.property('message').that.matches(message);
      expect(readdirSync(on.world.driverRoot)).to.deep.equal([]);
      expect(on.storage.layers.all()).to.deep.equal([]);
    });

  it('can say a lot about all entries without filling the memory', async () => {
    function* chatter(): Iterable<Buffer> {
      for (let i = 0; i < 2000; i++)
        yield paxHeader({ [`SCHILY.xattr.user.n${i}`]: 'x'.repeat(10_000) }, 'g');
      yield file;
    }
    const chain = await add(pieces(chatter()));
    await on.storage.rootfs.prepare(container, chain);
    expect(describeTree(on.storage.rootfs.mount(container))).to.have.all.keys('f');
  });

  it('replace links of the layers below, and write nothing through them', async () => {
    const outside = join(on.world.dataRoot, 'outside');
    writeFileSync(outside, 'keep me');
    const below = await add(
      tarOf([
        { name: 'out', type: 'symlink', linkName: on.world.dataRoot },
        { name: 'file', type: 'symlink', linkName: outside },
        { name: 'gone', type: 'symlink', linkName: on.world.dataRoot },
        { name: 'd/x', type: 'file' },
      ]),
    );
    const chain = await add(
      tarOf([
        { name: 'out/outside', type: 'file', content: 'theirs' },
        { name: 'out/.wh.state', type: 'file' },
        { name: 'file', type: 'file', content: 'theirs' },
        { name: 'gone/.wh.outside', type: 'file' },
        { name: 'd', type: 'symlink', linkName: '.' },
      ]),
      below,
    );
    await on.storage.rootfs.prepare(container, chain);
    const root = on.storage.rootfs.mount(container);
    expect(readFileSync(outside, 'utf8')).to.equal('keep me');
    expect(lstatSync(join(root, 'out')).isDirectory()).to.equal(true);
    expect(readFileSync(join(root, 'out/outside'), 'utf8')).to.equal('theirs');
    expect(lstatSync(join(root, 'file')).isFile()).to.equal(true);
    expect(lstatSync(join(root, 'd')).isSymbolicLink()).to.equal(true);
    expect(lstatSync(join(root, 'gone')).isDirectory()).to.equal(true);
  });

  /** What a whiteout does must not depend on how a driver keeps layers. */
  const below: Entries = ['a', 'd/a', 'd/b', 'd/e/f', 'keep/a'].map((name) => ({
    name,
    type: 'file',
    content: 'below',
  }));
  const whiteouts: [what: string, entries: Entries, left: string[]][] = [
    ['of a file', [{ name: 'd/.wh.a', type: 'file' }], ['a', 'd', 'd/b', 'd/e', 'd/e/f']],
    ['of a folder', [{ name: '.wh.d', type: 'file' }], ['a']],
    ['of nothing', [{ name: '.wh.none', type: 'file' }], ['a', 'd', 'd/a', 'd/b', 'd/e', 'd/e/f']],
    [
      'of all in a folder, before the new',
      [
        { name: 'd/.wh..wh..opq', type: 'file' },
        { name: 'd/new', type: 'file' },
      ],
      ['a', 'd', 'd/new'],
    ],
    [
      'of all in a folder, after the new',
      [
        { name: 'd/e/new', type: 'file' },
        { name: 'd/b', type: 'file' },
        { name: 'd/.wh..wh..opq', type: 'file' },
      ],
      ['a', 'd', 'd/b', 'd/e', 'd/e/new'],
    ],
    [
      'of a folder that comes anew',
      [
        { name: 'd/', type: 'directory' },
        { name: 'd/new', type: 'file' },
        { name: '.wh.d', type: 'file' },
      ],
      ['a', 'd', 'd/new'],
    ],
    [
      'of a file that comes anew',
      [
        { name: 'a', type: 'file' },
        { name: '.wh.a', type: 'file' },
      ],
      ['a', 'd', 'd/a', 'd/b', 'd/e', 'd/e/f'],
    ],
    ["in overlay's own writing", [{ name: 'd', type: 'character' }], ['a']],
    ['of everything', [{ name: '.wh..wh..opq', type: 'file' }], []],
  ];
  for (const [what, entries, left] of whiteouts)
    it(`a whiteout ${what} is the same everywhere`, async () => {
      const chain = await add(tarOf(entries), await add(tarOf(below)));
      await on.storage.rootfs.prepare(container, chain);
      const names = Object.keys(describeTree(on.storage.rootfs.mount(container)));
      const kept = what === 'of everything' ? [] : ['keep', 'keep/a'];
      expect(names.sort()).to.deep.equal([...left, ...kept].sort());
    });

  it('a link in a container leads nobody out when its changes are read', async () => {
    await on.storage.rootfs.prepare(container, await add(tarOf(below)));
    const root = on.storage.rootfs.mount(container);
    symlinkSync(on.world.dataRoot, join(root, 'out'));
    expect(await on.storage.rootfs.changes(container)).to.deep.equal([{ Path: '/out', Kind: 1 }]);
    expect(await on.storage.rootfs.size(container)).to.have.property(
      'writable',
      on.world.dataRoot.length,
    );
    expect(existsSync(join(root, 'out'))).to.equal(true);
  });
});
