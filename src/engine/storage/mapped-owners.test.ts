import { lstatSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { IdMaps } from '../../base/id-mapping.js';
import type { TarEntry } from '../../base/tar/entry.js';
import { TarReader } from '../../base/tar/reader.js';
import { encodeArchive, type TarEntryDraft } from '../../base/tar/writer.js';
import { type NodeMaker, Unpacker } from './extract/unpacker.js';
import { packTree } from './pack.js';

const self = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
/** We are the only one whom anybody may give files to: 7:8, and root, of containers. */
const maps: IdMaps = {
  uids: [
    { containerID: 7, hostID: self.uid, size: 1 },
    { containerID: 0, hostID: self.uid, size: 1 },
  ],
  gids: [
    { containerID: 8, hostID: self.gid, size: 1 },
    { containerID: 0, hostID: self.gid, size: 1 },
  ],
};
const noNodes: NodeMaker = { makeNode: () => {}, setXattr: () => true, setTimes: () => {} };

describe('owners of files on the disk and in archives', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'tsnet-owners-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function unpack(...entries: TarEntryDraft[]): void {
    const unpacker = new Unpacker({ root, kind: 'layer', maps, nodes: noNodes });
    new TarReader(unpacker).write(encodeArchive(entries));
    unpacker.finish();
  }

  async function packed(): Promise<TarEntry[]> {
    const entries: TarEntry[] = [];
    const reader = new TarReader({
      entry: (entry) => void entries.push(entry),
      data: () => {},
      end: () => {},
    });
    for await (const chunk of packTree(root, { maps })) reader.write(chunk);
    return entries;
  }

  it('are the mapped ones in unpacked layers, also of folders that nobody describes', () => {
    unpack({ name: 'a/b', type: 'file', uid: 7, gid: 8 });
    expect(lstatSync(join(root, 'a/b'))).to.include(self);
    expect(lstatSync(join(root, 'a'))).to.include(self);
  });

  it('are refused where they have no place', () => {
    expect(() => unpack({ name: 'a', type: 'directory', uid: 9, gid: 8 })).to.throw(
      'Container ID 9 cannot be mapped to a host ID',
    );
  });

  it("are the containers' in archives", async () => {
    writeFileSync(join(root, 'a'), '');
    const [entry] = await packed();
    expect(entry).to.include({ name: 'a', uid: 7, gid: 8 });
  });
});
