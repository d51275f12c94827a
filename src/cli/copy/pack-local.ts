import {
  type BigIntStats,
  closeSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
} from 'node:fs';
import { nameText, rawPath } from '../../base/raw-name.js';
import type { TarEntryType } from '../../base/tar/entry.js';
import { encodeEntry, endOfArchive, padding, type TarEntryDraft } from '../../base/tar/writer.js';

/** What is read of a file at a time. */
const pieceSize = 1 << 18;

/** A thing of this machine and all below it as a tar, under another name. What can't be read is told and left out. */
export async function* packLocal(
  path: string,
  name: string,
  complain: (text: string) => void,
): AsyncIterable<Uint8Array> {
  yield* thing(path, name, { complain, links: new Map() });
  yield endOfArchive;
}

interface Packing {
  readonly complain: (text: string) => void;
  /** The first name of each file that has several. */
  readonly links: Map<string, string>;
}

function* thing(path: string, name: string, packing: Packing): Generator<Uint8Array> {
  try {
    const stat = lstatSync(rawPath(path), { bigint: true });
    if (stat.isSocket()) return;
    yield* entry(path, { name, stat }, packing);
    if (!stat.isDirectory()) return;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    packing.complain(`Can't add file ${path} to tar: ${reason}\n`);
    return;
  }
  for (const child of readdirSync(rawPath(path), 'buffer').map(nameText).sort())
    yield* thing(`${path.replace(/\/$/, '')}/${child}`, `${name}/${child}`, packing);
}

function* entry(
  path: string,
  { name, stat }: { name: string; stat: BigIntStats },
  { links }: Packing,
): Generator<Uint8Array> {
  const inode = `${stat.dev}:${stat.ino}`;
  const first = stat.isDirectory() ? undefined : links.get(inode);
  if (first !== undefined) {
    yield encodeEntry({ ...metadataOf(name, stat), type: 'link', linkName: first });
    return;
  }
  if (stat.nlink > 1n) links.set(inode, name);
  if (stat.isFile()) yield* file(path, metadataOf(name, stat));
  else {
    const linkName = stat.isSymbolicLink() ? nameText(readlinkSync(rawPath(path), 'buffer')) : '';
    yield encodeEntry({ ...metadataOf(name, stat), linkName });
  }
}

function* file(path: string, draft: TarEntryDraft): Generator<Uint8Array> {
  const fd = openSync(rawPath(path), 'r');
  try {
    const size = draft.size ?? 0;
    yield encodeEntry(draft);
    // Exactly what the header promises: a file that grows is cut, one that shrinks is filled up.
    for (let left = size; left > 0; ) {
      const piece = Buffer.alloc(Math.min(left, pieceSize));
      const read = readSync(fd, piece);
      yield read === 0 ? piece : piece.subarray(0, read);
      left -= read === 0 ? piece.length : read;
    }
    yield padding(size);
  } finally {
    closeSync(fd);
  }
}

function metadataOf(name: string, stat: BigIntStats): TarEntryDraft {
  return {
    name,
    type: typeOf(stat),
    mode: Number(stat.mode & 0o7777n),
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    size: stat.isFile() ? Number(stat.size) : 0,
    mtime: Number(stat.mtimeNs / 1_000_000_000n),
    ...devicesOf(stat),
  };
}

function typeOf(stat: BigIntStats): TarEntryType {
  if (stat.isDirectory()) return 'directory';
  if (stat.isSymbolicLink()) return 'symlink';
  if (stat.isCharacterDevice()) return 'character';
  if (stat.isBlockDevice()) return 'block';
  return stat.isFIFO() ? 'fifo' : 'file';
}

/** The two numbers of a device, as makedev(3) puts them together. */
function devicesOf(stat: BigIntStats): { major?: number; minor?: number } {
  if (!stat.isCharacterDevice() && !stat.isBlockDevice()) return {};
  const device = stat.rdev;
  return {
    major: Number(((device >> 32n) & 0xfffff000n) | ((device >> 8n) & 0xfffn)),
    minor: Number(((device >> 12n) & 0xffffff00n) | (device & 0xffn)),
  };
}
