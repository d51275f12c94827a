import { execFileSync } from 'node:child_process';
import {
  closeSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { TarEntry } from '../entry.js';
import { checksum } from '../header.js';
import { encodePax } from '../pax.js';
import { TarReader } from '../reader.js';
import { encodeEntry, endOfArchive, padding } from '../writer.js';

interface Read {
  readonly entry: TarEntry;
  readonly content: Buffer;
  /** Bytes of holes. */
  readonly holes: number;
}

/** Reads in pieces; framing and what came by `data` must be the archive. */
function readAll(archive: Buffer, step = archive.length): Read[] {
  const found: { entry: TarEntry; pieces: Buffer[]; holes: number }[] = [];
  const all: Buffer[] = [];
  const reader = new TarReader({
    entry: (entry) => found.push({ entry, pieces: [], holes: 0 }),
    data: (chunk) => {
      found.at(-1)?.pieces.push(Buffer.from(chunk));
      all.push(Buffer.from(chunk));
    },
    hole: (bytes) => {
      const last = found.at(-1);
      last?.pieces.push(Buffer.alloc(bytes));
      if (last) last.holes += bytes;
    },
    end: () => {},
    framing: (bytes) => all.push(Buffer.from(bytes)),
  });
  for (let at = 0; at < archive.length; at += step) reader.write(archive.subarray(at, at + step));
  reader.end();
  expect(Buffer.concat(all).equals(archive)).to.equal(true);
  return found.map(({ entry, pieces, holes }) => ({
    entry,
    content: Buffer.concat(pieces),
    holes,
  }));
}

/** An entry with these PAX records before it. */
function withRecords(records: readonly (readonly [string, string])[], payload: string): Buffer {
  const content = Buffer.concat(
    records.map(([key, value]) => encodePax(new Map([[key, Buffer.from(value)]]))),
  );
  const before = encodeEntry({ name: 'pax', type: 'file', size: content.length });
  before.write('x', 156);
  before.write(`${checksum(before).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  const size = payload.length;
  const entry = encodeEntry({ name: 'sparse', type: 'file', size });
  const parts = [before, content, padding(content.length), entry, Buffer.from(payload)];
  return Buffer.concat([...parts, padding(size), endOfArchive]);
}

describe('sparse files in tar archives', () => {
  describe('of GNU tar', () => {
    let folder: string;
    before(function () {
      folder = mkdtempSync(join(tmpdir(), 'tsnet-sparse-'));
      if (!execFileSync('tar', ['--version'], { encoding: 'utf8' }).includes('GNU')) this.skip();
      write('holes', 300_000, [
        [65_536, 'x'.repeat(5000)],
        [200_000, 'y'],
      ]);
      write('empty', 500_000, []);
      write('ends', 400_000, [[399_990, '0123456789']]);
      // More parts than a header and one block of GNU's have room for.
      write(
        'many',
        2_000_000,
        Array.from({ length: 60 }, (_, i) => [i * 32_768, `${i}`] as const),
      );
      write('plain', 3, [[0, 'abc']]);
    });
    after(() => rmSync(folder, { recursive: true, force: true }));
    const names = ['holes', 'empty', 'ends', 'many', 'plain'];

    function write(name: string, size: number, parts: (readonly [number, string])[]): void {
      const fd = openSync(join(folder, name), 'w');
      ftruncateSync(fd, size);
      for (const [at, text] of parts) writeSync(fd, text, at);
      closeSync(fd);
    }

    const formats: readonly string[][] = [
      ['--format=gnu'],
      ['--format=posix', '--sparse-version=0.0'],
      ['--format=posix', '--sparse-version=0.1'],
      ['--format=posix', '--sparse-version=1.0'],
    ];
    for (const format of formats)
      for (const step of [511, 10_240])
        it(`${format.join(' ')}, in pieces of ${step} bytes`, () => {
          const args = ['--sparse', ...format, '-C', folder, '-cf', '-', ...names];
          const archive = execFileSync('tar', args, { maxBuffer: 1 << 26 });
          const read = readAll(archive, step);
          expect(read.map(({ entry }) => entry.name)).to.deep.equal(names);
          for (const { entry, content } of read) {
            const wanted = readFileSync(join(folder, entry.name));
            expect(content.equals(wanted), entry.name).to.equal(true);
            expect(entry.size).to.equal(wanted.length);
          }
          expect(read.map(({ holes }) => holes > 100_000)).to.deep.equal([
            true,
            true,
            true,
            true,
            false,
          ]);
        });
  });

  it('come as data to who knows no holes', () => {
    const pieces: Buffer[] = [];
    const archive = withRecords(
      [
        ['GNU.sparse.size', '200000'],
        ['GNU.sparse.map', '100000,2'],
      ],
      'ab',
    );
    const data = (chunk: Buffer) => void pieces.push(Buffer.from(chunk));
    new TarReader({ entry: () => {}, data, end: () => {} }).write(archive);
    const wanted = Buffer.alloc(200_000);
    wanted.write('ab', 100_000);
    expect(Buffer.concat(pieces).equals(wanted)).to.equal(true);
  });

  const size = ['GNU.sparse.size', '100'] as const;
  const one = [
    ['GNU.sparse.major', '1'],
    ['GNU.sparse.minor', '0'],
    ['GNU.sparse.realsize', '100'],
  ] as const;
  const map = (text: string) => ['GNU.sparse.map', text] as const;
  const block = (text: string) => text.padEnd(512, '\0');
  const broken: [what: string, records: (readonly [string, string])[], payload?: string][] = [
    ['parts out of order', [size, map('50,1,10,1')]],
    ['parts that overlap', [size, map('10,5,12,5')], '0123456789'],
    ['a part beyond the end', [size, map('99,2')]],
    ['half a part', [size, map('10,1,20')]],
    ['a number that is none', [size, map('1e1,1')]],
    ['an endless number', [size, map(`${'9'.repeat(20)},1`)]],
    ['no size', [map('0,2')]],
    ['no map', [size, ['GNU.sparse.numblocks', '1']]],
    ['more payload than parts', [size, map('0,1')]],
    ['less payload than parts', [size, map('0,3')]],
    ['offsets without sizes', [size, ['GNU.sparse.offset', '1'], ['GNU.sparse.offset', '2']]],
    ['a map longer than the payload', [...one], 'ab'],
    ['a map with letters', [...one], block('x\n0\n1\n')],
    ['a map that does not end', [...one], block('90\n0\n1\n')],
    ['an impossible count of parts', [...one], block(`${'9'.repeat(20)}\n`)],
  ];
  for (const [what, records, payload = 'ab'] of broken)
    it(`are refused with ${what}`, () => {
      expect(() => readAll(withRecords(records, payload))).to.throw(/damaged tar|unexpected end/);
    });

  it('are refused in a format that is not known', () => {
    const later = withRecords([['GNU.sparse.major', '2'], ['GNU.sparse.minor', '0'], size], 'ab');
    expect(() => readAll(later)).to.throw('format 2.0');
  });
});
