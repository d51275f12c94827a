import { expect } from 'chai';
import { type Header, extract as otherExtract, pack as otherPack } from 'tar-stream';
import type { TarEntry } from './entry.js';
import { TarReader } from './reader.js';
import { encodeArchive, type TarEntryDraft } from './writer.js';

interface Read {
  entry: TarEntry;
  content: string;
}

/** Reads `archive` in pieces of `step` bytes; checks that framing and payload together are the archive. */
function readAll(archive: Buffer, step = archive.length): Read[] {
  const found: Read[] = [];
  const all: Buffer[] = [];
  const reader = new TarReader({
    entry: (entry) => found.push({ entry, content: '' }),
    data: (chunk) => {
      const last = found.at(-1);
      if (last !== undefined) last.content += chunk.toString();
      all.push(Buffer.from(chunk));
    },
    end: () => {},
    framing: (bytes) => all.push(Buffer.from(bytes)),
  });
  for (let at = 0; at < archive.length; at += step) {
    // The reader must not keep memory that the caller uses again.
    const piece = Buffer.from(archive.subarray(at, at + step));
    reader.write(piece);
    piece.fill(0xff);
  }
  reader.end();
  expect(Buffer.concat(all).equals(archive)).to.equal(true);
  return found;
}

const long = `${'deep/'.repeat(40)}file`;
const capability = Buffer.from('0100000200c0ff00000000000000000000000000', 'hex');
const drafts: (TarEntryDraft & { content?: string })[] = [
  { name: 'etc/', type: 'directory', mode: 0o1777, mtime: 1_700_000_000 },
  { name: 'etc/motd', type: 'file', content: 'x'.repeat(513), uid: 7, gid: 8 },
  { name: long, type: 'file', content: 'y'.repeat(512) },
  { name: 'größe', type: 'symlink', linkName: `../${long}` },
  { name: 'hard', type: 'link', linkName: 'etc/motd' },
  { name: 'null', type: 'character', major: 1, minor: 3, mode: 0o666 },
  { name: 'disk', type: 'block', major: 254, minor: 16 },
  { name: 'pipe', type: 'fifo' },
  { name: 'ping', type: 'file', xattrs: new Map([['security.capability', capability]]) },
  { name: 'far', type: 'file', uid: 4_000_000_000, gid: 3_000_000_000, mtime: -5 },
];

describe('tar', () => {
  for (const step of [1, 7, 512, 100_000])
    it(`reads back what it writes, in pieces of ${step} bytes`, () => {
      const read = readAll(encodeArchive(drafts), step);
      expect(read.map(({ content }) => content)).to.deep.equal(drafts.map((d) => d.content ?? ''));
      for (const [i, { entry }] of read.entries()) {
        const { content = '', ...draft } = drafts[i] ?? { name: '', type: 'file' };
        expect(entry).to.deep.include({ xattrs: new Map(), ...draft, size: content.length });
      }
    });

  it('is understood by tar-stream', async () => {
    const heads: Header[] = [];
    const extract = otherExtract();
    extract.end(encodeArchive(drafts.filter((d) => d.xattrs === undefined)));
    for await (const entry of extract) {
      heads.push(entry.header);
      entry.resume();
    }
    expect(heads.map((h) => h.name)).to.deep.equal(
      drafts.filter((d) => d.xattrs === undefined).map((d) => d.name),
    );
    expect(heads[4]).to.include({ type: 'link', linkname: 'etc/motd' });
    expect(heads[5]).to.include({
      type: 'character-device',
      devmajor: 1,
      devminor: 3,
      mode: 0o666,
    });
  });

  it('understands tar-stream', async () => {
    const pack = otherPack();
    pack.entry({ name: long, mode: 0o4755, uid: 5, mtime: new Date(12_000) }, 'body');
    pack.finalize();
    const pieces: Buffer[] = [];
    for await (const piece of pack) pieces.push(Buffer.from(piece as Uint8Array));
    const [read] = readAll(Buffer.concat(pieces));
    expect(read?.content).to.equal('body');
    expect(read?.entry).to.include({ name: long, mode: 0o4755, uid: 5, mtime: 12, size: 4 });
  });

  const good = encodeArchive([{ name: 'a', type: 'file', content: 'b' }]);
  const broken: [string, Buffer, RegExp][] = [
    ['text', Buffer.alloc(600, 'hello world '), /not a tar archive/],
    ['a cut header', good.subarray(0, 300), /unexpected end/],
    [
      'a cut payload',
      encodeArchive([{ name: 'a', type: 'file', content: 'b'.repeat(900) }]).subarray(0, 900),
      /unexpected end/,
    ],
    ['a bad checksum', Buffer.concat([Buffer.from('b'), good.subarray(1)]), /checksum/],
  ];
  for (const [what, bytes, message] of broken)
    it(`refuses ${what}`, () => {
      expect(() => readAll(bytes)).to.throw(message);
    });

  it('accepts an archive without its end', () => {
    expect(readAll(good.subarray(0, 1024))).to.have.length(1);
  });
});
