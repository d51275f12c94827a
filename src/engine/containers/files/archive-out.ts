import type { BigIntStats } from 'node:fs';
import { constants } from 'node:fs/promises';
import { containerOwner, type IdMaps } from '../../../base/id-mapping.js';
import type { TarEntryType } from '../../../base/tar/entry.js';
import {
  encodeEntry,
  endOfArchive,
  padding,
  type TarEntryDraft,
} from '../../../base/tar/writer.js';
import { splitDevice } from '../../../native/inode.js';
import { fileXattrs } from './file-xattrs.js';
import type { Held } from './held.js';
import type { ContainerTree } from './tree.js';

/** What is read of a file at a time. */
const pieceSize = 1 << 18;

/**
 * A thing and all below it as a tar, under another name: `name` stands for the thing in all entries, the empty name
 * for the container's root. What vanishes meanwhile is left out, and so are sockets. `maps`: what ids of the container
 * are on the disk.
 */
export async function* archiveOf(
  tree: ContainerTree,
  top: { readonly held: Held; readonly linkText: string },
  name: string,
  maps?: IdMaps,
): AsyncIterable<Buffer> {
  const archiver = new Archiver(tree, maps);
  yield* archiver.thing(top.held, name, top.linkText);
  yield endOfArchive;
}

class Archiver {
  readonly #tree: ContainerTree;
  readonly #maps: IdMaps | undefined;
  /** The first name of each file that has several. */
  readonly #names = new Map<string, string>();

  constructor(tree: ContainerTree, maps: IdMaps | undefined) {
    this.#tree = tree;
    this.#maps = maps;
  }

  async *thing(held: Held, name: string, linkName: string): AsyncIterable<Buffer> {
    const stat = await held.stat();
    if (stat.isSocket()) return;
    const draft = { ...metadataOf(name, stat, this.#maps), linkName };
    if (stat.isDirectory()) {
      yield encodeEntry(draft);
      yield* this.#contents(held, name);
      return;
    }
    const first = this.#firstName(stat, name);
    if (first !== undefined) yield encodeEntry({ ...draft, type: 'link', linkName: first });
    else if (stat.isFile()) yield* fileOf(held, draft, this.#maps);
    else yield encodeEntry(draft);
  }

  async *#contents(folder: Held, above: string): AsyncIterable<Buffer> {
    for (const name of await folder.names()) {
      const held = await unlessGone(this.#tree.step(folder, name));
      if (held === undefined) continue;
      try {
        const isLink = (await held.stat()).isSymbolicLink();
        const text = isLink ? await unlessGone(folder.linkText(name)) : '';
        if (text !== undefined) yield* this.thing(held, `${above}/${name}`, text);
      } finally {
        await held[Symbol.asyncDispose]();
      }
    }
  }

  #firstName(stat: BigIntStats, name: string): string | undefined {
    if (stat.nlink < 2n) return undefined;
    const inode = `${stat.dev}:${stat.ino}`;
    const first = this.#names.get(inode);
    if (first === undefined) this.#names.set(inode, name);
    return first;
  }
}

async function* fileOf(
  held: Held,
  draft: TarEntryDraft,
  maps: IdMaps | undefined,
): AsyncIterable<Buffer> {
  const file = await held.reopen(constants.O_RDONLY);
  try {
    const size = Number((await file.stat()).size);
    yield encodeEntry({ ...draft, size, xattrs: fileXattrs(file.fd, maps) });
    // Exactly what the header promises: a file that grows is cut, one that shrinks is filled up.
    for (let left = size; left > 0; ) {
      const piece = Buffer.allocUnsafe(Math.min(left, pieceSize));
      const { bytesRead } = await file.read(piece);
      yield bytesRead === 0 ? piece.fill(0) : piece.subarray(0, bytesRead);
      left -= bytesRead === 0 ? piece.length : bytesRead;
    }
    yield padding(size);
  } finally {
    await file.close();
  }
}

function metadataOf(name: string, stat: BigIntStats, maps: IdMaps | undefined): TarEntryDraft {
  const isDevice = stat.isCharacterDevice() || stat.isBlockDevice();
  return {
    name,
    type: typeOf(stat),
    mode: Number(stat.mode & 0o7777n),
    ...containerOwner(maps, { uid: Number(stat.uid), gid: Number(stat.gid) }),
    mtime: wholeSeconds(stat.mtimeNs),
    ...(isDevice ? splitDevice(stat.rdev) : {}),
  };
}

/** Rounded down, also before 1970. */
function wholeSeconds(ns: bigint): number {
  const second = 1_000_000_000n;
  return Number((ns - (((ns % second) + second) % second)) / second);
}

function typeOf(stat: BigIntStats): TarEntryType {
  if (stat.isDirectory()) return 'directory';
  if (stat.isSymbolicLink()) return 'symlink';
  if (stat.isCharacterDevice()) return 'character';
  if (stat.isBlockDevice()) return 'block';
  return stat.isFIFO() ? 'fifo' : 'file';
}

async function unlessGone<T>(attempt: Promise<T>): Promise<T | undefined> {
  try {
    return await attempt;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (['ENOENT', 'ENOTDIR', 'EINVAL'].includes(code)) return undefined;
    throw error;
  }
}
