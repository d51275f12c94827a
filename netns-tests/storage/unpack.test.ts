import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { encodeArchive, type TarEntryDraft } from '../../src/base/tar/writer.js';
import { digestOf } from '../../src/engine/storage/digest.js';
import { extractHere } from '../../src/engine/storage/extract/extract.js';
import { kernelNodes } from '../../src/engine/storage/extract/kernel-nodes.js';
import { assembleTar } from '../../src/engine/storage/extract/skeleton.js';
import type { WhiteoutKind } from '../../src/engine/storage/extract/whiteouts.js';
import { getXattr } from '../../src/native/xattr.js';

type Entries = (TarEntryDraft & { content?: string })[];
const capability = Buffer.from('0100000200c0ff00000000000000000000000000', 'hex');

describe('unpacking a layer', () => {
  let top: string;
  let root: string;
  let outside: string;
  before(function () {
    if (process.getuid?.() !== 0) this.skip();
  });
  beforeEach(() => {
    top = mkdtempSync(join(tmpdir(), 'tsnet-unpack-'));
    root = join(top, 'root');
    outside = join(top, 'outside');
    mkdirSync(root);
    mkdirSync(outside);
    writeFileSync(join(outside, 'secret'), 'keep me');
    utimesSync(outside, 1000, 1000);
  });
  afterEach(() => rmSync(top, { recursive: true }));

  const unpack = (entries: Entries, whiteouts: WhiteoutKind = 'marks') =>
    extractHere(
      Readable.from([encodeArchive(entries)]),
      { target: root, kind: 'layer', whiteouts, skeleton: join(top, 'skeleton.gz') },
      kernelNodes,
    );

  it('makes every kind of file with owner, mode and time', async () => {
    await unpack([
      { name: './', type: 'directory', mode: 0o751 },
      { name: 'd', type: 'directory', mode: 0o1777, mtime: 100, uid: 5 },
      { name: 'd/f', type: 'file', content: 'text', mode: 0o4755, uid: 6, gid: 7, mtime: 200 },
      { name: 'd/h', type: 'link', linkName: 'd/f' },
      { name: 's', type: 'symlink', linkName: '/etc/passwd', uid: 8, mtime: 300 },
      { name: 'c', type: 'character', major: 1, minor: 300, mode: 0o620 },
      { name: 'b', type: 'block', major: 300, minor: 1 },
      { name: 'p', type: 'fifo', mode: 0o600 },
      { name: 'implied/too/f', type: 'file', content: 'x' },
      { name: 'cap', type: 'file', uid: 9, xattrs: new Map([['security.capability', capability]]) },
    ]);
    const stat = (path: string) => lstatSync(join(root, path));
    expect(lstatSync(root).mode & 0o7777).to.equal(0o751);
    expect(stat('d')).to.include({ uid: 5, mode: 0o041777, mtimeMs: 100_000 });
    expect(stat('d/f')).to.include({ uid: 6, gid: 7, mode: 0o104755, mtimeMs: 200_000, nlink: 2 });
    expect(stat('d/h').ino).to.equal(stat('d/f').ino);
    expect(stat('s')).to.include({ uid: 8, mtimeMs: 300_000 });
    expect(readlinkSync(join(root, 's'))).to.equal('/etc/passwd');
    const shown = execFileSync('stat', ['-c', '%F %t:%T %a', 'c', 'b', 'p'], {
      cwd: root,
    }).toString();
    expect(shown).to.equal(
      'character special file 1:12c 620\nblock special file 12c:1 644\nfifo 0:0 600\n',
    );
    expect(readFileSync(join(root, 'implied/too/f'), 'utf8')).to.equal('x');
    expect(getXattr(join(root, 'cap'), 'security.capability')?.equals(capability)).to.equal(true);
  });

  const nasty: [what: string, entries: (outside: string) => Entries, message: RegExp][] = [
    ['..', () => [{ name: '../outside/new', type: 'file' }], /leads out/],
    ['.. in the middle', () => [{ name: 'a/../../outside/new', type: 'file' }], /leads out/],
    ['an absolute path', (o) => [{ name: `${o}/new`, type: 'file' }], /leads out/],
    [
      'a link as parent',
      (o) => [
        { name: 'l', type: 'symlink', linkName: o },
        { name: 'l/new', type: 'file' },
      ],
      /not a folder/,
    ],
    [
      'a link as grandparent',
      () => [
        { name: 'l', type: 'symlink', linkName: '..' },
        { name: 'l/outside/new', type: 'file' },
      ],
      /not a folder/,
    ],
    [
      'a link as parent of a folder',
      (o) => [
        { name: 'l', type: 'symlink', linkName: o },
        { name: 'l/new', type: 'directory' },
      ],
      /not a folder/,
    ],
    [
      'a link as parent of a whiteout',
      (o) => [
        { name: 'l', type: 'symlink', linkName: o },
        { name: 'l/.wh.secret', type: 'file' },
      ],
      /not a folder/,
    ],
    [
      'a link as parent of an opaque mark',
      (o) => [
        { name: 'l', type: 'symlink', linkName: o },
        { name: 'l/.wh..wh..opq', type: 'file' },
      ],
      /not a folder/,
    ],
    [
      'a folder that becomes a link',
      (o) => [
        { name: 'd/e', type: 'directory' },
        { name: 'd', type: 'symlink', linkName: o },
        { name: 'd/new', type: 'file' },
      ],
      /not a folder/,
    ],
    [
      'a hard link to outside',
      (o) => [{ name: 'h', type: 'link', linkName: `${o}/secret` }],
      /leads out/,
    ],
    [
      'a hard link by ..',
      () => [{ name: 'h', type: 'link', linkName: '../outside/secret' }],
      /leads out/,
    ],
    [
      'a hard link through a link',
      (o) => [
        { name: 'l', type: 'symlink', linkName: o },
        { name: 'h', type: 'link', linkName: 'l/secret' },
      ],
      /not a folder/,
    ],
    [
      'a hard link to nothing',
      () => [{ name: 'h', type: 'link', linkName: 'gone' }],
      /not a file in it/,
    ],
    ['a whiteout of ..', () => [{ name: '.wh...', type: 'file' }], /leads out/],
    [
      'a file in place of the root',
      () => [
        { name: './', type: 'file' },
        { name: '.', type: 'symlink', linkName: 'x' },
      ],
      /root of an archive/,
    ],
  ];
  const kinds: WhiteoutKind[] = ['marks', 'applied'];
  for (const [what, entries, message, kind] of nasty.flatMap((row) =>
    kinds.map((kind) => [...row, kind] as const),
  ))
    it(`refuses ${what} (whiteouts: ${kind})`, async () => {
      const error: unknown = await unpack(entries(outside), kind).catch((e: unknown) => e);
      expect(error).to.be.an('error').with.property('message').that.matches(message);
      expect(readdirSync(outside)).to.deep.equal(['secret']);
      expect(lstatSync(join(outside, 'secret')).nlink).to.equal(1);
      expect(getXattr(outside, 'trusted.overlay.opaque')).to.equal(undefined);
    });

  it('writes through no link, but in place of it', async () => {
    await unpack([
      { name: 'l', type: 'symlink', linkName: join(outside, 'secret') },
      { name: 'l', type: 'file', content: 'mine' },
      { name: 'd/outside', type: 'directory', mtime: 5 },
      { name: 'd', type: 'symlink', linkName: top },
    ]);
    expect(readFileSync(join(root, 'l'), 'utf8')).to.equal('mine');
    expect(readFileSync(join(outside, 'secret'), 'utf8')).to.equal('keep me');
    // The time of the folder that was there must not go to the one behind the link.
    expect(lstatSync(outside).mtimeMs).to.equal(1_000_000);
  });

  it("takes over no mark of overlay's", async () => {
    const mark = Buffer.from('/etc');
    await unpack([
      { name: 'd', type: 'directory', xattrs: new Map([['trusted.overlay.redirect', mark]]) },
    ]);
    expect(getXattr(join(root, 'd'), 'trusted.overlay.redirect')).to.equal(undefined);
  });

  it('makes whiteouts, whatever the order of the entries', async () => {
    await unpack([
      { name: '.wh.gone', type: 'file' },
      { name: '.wh.again', type: 'file' },
      { name: 'again', type: 'file', content: 'new' },
      { name: '.wh.folder', type: 'file' },
      { name: 'folder/f', type: 'file' },
      { name: 'late/f', type: 'file' },
      { name: '.wh.late', type: 'file' },
      { name: 'opaque/.wh..wh..opq', type: 'file' },
      { name: '.wh..wh.plnk/1', type: 'file' },
      { name: '.wh..wh.aufs', type: 'file', content: 'x' },
    ]);
    const gone = lstatSync(join(root, 'gone'));
    expect([gone.isCharacterDevice(), gone.rdev]).to.deep.equal([true, 0]);
    expect(readFileSync(join(root, 'again'), 'utf8')).to.equal('new');
    for (const name of ['folder', 'late', 'opaque'])
      expect(getXattr(join(root, name), 'trusted.overlay.opaque')?.toString(), name).to.equal('y');
    expect(existsSync(join(root, 'folder/f'))).to.equal(true);
    expect(existsSync(join(root, '.wh..wh.aufs'))).to.equal(false);
  });

  it('can be undone to the same bytes', async () => {
    mkdirSync(join(top, 'tree/d'), { recursive: true });
    writeFileSync(join(top, 'tree/d/f'), 'x'.repeat(100_000));
    writeFileSync(join(top, `tree/d/${'long'.repeat(40)}`), 'y');
    writeFileSync(join(top, 'tree/.wh.z'), 'a whiteout with content');
    for (const format of ['gnu', 'pax', 'ustar'].filter((f) => f !== 'ustar')) {
      rmSync(root, { recursive: true });
      mkdirSync(root);
      rmSync(join(top, 'skeleton.gz'), { force: true });
      const tar = execFileSync('tar', ['-C', join(top, 'tree'), `--format=${format}`, '-c', '.'], {
        maxBuffer: 1e8,
      });
      const skeleton = join(top, 'skeleton.gz');
      const found = await extractHere(
        Readable.from([tar]),
        { target: root, kind: 'layer', skeleton },
        kernelNodes,
      );
      const again = await buffer(Readable.from(assembleTar(skeleton, root)));
      expect(again.equals(tar), format).to.equal(true);
      expect(found).to.include({ diffId: digestOf(tar), tarSize: tar.length, size: 100_001 });
    }
  });
});
