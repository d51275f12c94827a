import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { TarReader } from '../../../base/tar/reader.js';
import { encodeArchive, type TarEntryDraft } from '../../../base/tar/writer.js';
import { partsOf } from './tree.js';
import { Unpacker } from './unpacker.js';

describe('paths in archives', () => {
  const table: [name: string, parts: string[] | 'refused'][] = [
    ['a/b', ['a', 'b']],
    ['./a//b/./', ['a', 'b']],
    ['.', []],
    ['./', []],
    ['..a/b..', ['..a', 'b..']],
    ['', 'refused'],
    ['/', 'refused'],
    ['/a', 'refused'],
    ['..', 'refused'],
    ['a/..', 'refused'],
    ['a/../b', 'refused'],
    ['a\0b', 'refused'],
    ['a/'.repeat(3000), 'refused'],
  ];
  for (const [name, parts] of table)
    it(JSON.stringify(name.slice(0, 20)), () => {
      if (parts === 'refused')
        expect(() => partsOf(name)).to.throw(/leads out of the root|too long/);
      else expect(partsOf(name)).to.deep.equal(parts);
    });
});

describe('whiteouts in layers', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'tsnet-unpack-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  /** What the unpacker asks of the kernel, and which names are there afterwards. */
  function unpack(names: readonly string[]): { asked: string[]; there: string[] } {
    const asked: string[] = [];
    const below = (path: string) => path.slice(root.length + 1);
    const unpacker = new Unpacker({
      root,
      kind: 'layer',
      nodes: {
        makeNode: (path, kind, major, minor) =>
          asked.push(`${kind} ${major}:${minor} ${below(path)}`),
        setXattr: (path, name) => asked.push(`${name} ${below(path)}`) > 0,
        setTimes: () => {},
      },
    });
    const own = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
    const entries = names.map(
      (name): TarEntryDraft => ({ name, ...own, type: name.endsWith('/') ? 'directory' : 'file' }),
    );
    new TarReader(unpacker).write(encodeArchive(entries));
    unpacker.finish();
    return { asked, there: readdirSync(root, { recursive: true }).map(String).sort() };
  }

  const table: [entries: string[], asked: string[], there: string[]][] = [
    [['.wh.a'], ['char 0:0 a'], []],
    [['d/.wh.a'], ['char 0:0 d/a'], ['d']],
    [['a', '.wh.a'], [], ['a']],
    [['d/', '.wh.d'], ['trusted.overlay.opaque d'], ['d']],
    [['d/.wh..wh..opq', 'd/x'], ['trusted.overlay.opaque d'], ['d', 'd/x']],
    [['.wh..wh..opq'], ['trusted.overlay.opaque '], []],
    [['.wh..wh.plnk/', '.wh..wh.aufs'], [], []],
    [['a.wh.b', 'd/x.wh.'], [], ['a.wh.b', 'd', 'd/x.wh.']],
  ];
  for (const [entries, asked, there] of table)
    it(entries.join(', '), () => {
      expect(unpack(entries)).to.deep.equal({ asked, there });
    });

  for (const name of ['.wh.', '.wh..', '.wh...'])
    it(`refuses ${name}`, () => {
      expect(() => unpack([name])).to.throw('refusing');
    });
});
