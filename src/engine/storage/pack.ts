import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { containerOwner, type IdMaps } from '../../base/id-mapping.js';
import { rawPath } from '../../base/raw-name.js';
import type { TarEntryType } from '../../base/tar/entry.js';
import { encodeEntry, endOfArchive, padding, type TarEntryDraft } from '../../base/tar/writer.js';
import { splitDevice } from '../../native/inode.js';
import { isErrno } from '../../native/libc.js';
import { getXattr, listXattrs } from '../../native/xattr.js';
import type { Change } from './driver.js';
import { isWhiteout, opaqueFiles } from './extract/tree.js';
import { CAPABILITY_XATTR, capabilityInArchive } from './file-capabilities.js';
import { type Found, openFound, readLink, walk } from './walk.js';

const nsPerSecond = 1_000_000_000n;

/** How a tree becomes a tar. */
export interface PackOptions {
  /** True for an overlay's upper folder: its marks become `.wh.` entries. Default false. */
  readonly whiteouts?: boolean;
  /** Only these, with `.wh.` entries for what was deleted. Asked when the reading begins. Default: everything. */
  readonly changes?: () => Promise<readonly Change[]>;
  /** What the users and groups of archives are on the disk. Default: the same. */
  readonly maps?: IdMaps | undefined;
}

/** What is known while a tree is packed. */
interface Packing {
  /** The first name of each file that has several. */
  readonly links: Map<string, string>;
  readonly maps: IdMaps | undefined;
}

/** The tree below `root` as a tar, without an entry for the root itself. */
export function packTree(root: string, options: PackOptions = {}): Readable {
  return Readable.from(pieces(root, options), { objectMode: false, highWaterMark: 1 << 18 });
}

async function* pieces(
  root: string,
  { whiteouts = false, changes, maps }: PackOptions,
): AsyncIterable<Buffer> {
  const packing: Packing = { links: new Map(), maps };
  const wanted = changes && kindsByPath(await changes());
  for (const [path, kind] of wanted ?? []) if (kind === 2) yield encodeEntry(whiteoutOf(path));
  for await (const found of walk(root)) {
    if (found.stat.isSocket() || wanted?.has(found.path) === false) continue;
    if (whiteouts) yield* entryOfUpper(found, packing);
    else yield* entryOf(found, packing);
  }
  yield endOfArchive;
}

/** An entry of an overlay's upper folder, whose marks become `.wh.` entries. */
async function* entryOfUpper(found: Found, packing: Packing): AsyncIterable<Buffer> {
  const { path, stat, handle } = found;
  if (opaqueFiles.has(path.slice(path.lastIndexOf('/') + 1))) return;
  if (isWhiteout(numbers(stat))) yield encodeEntry(whiteoutOf(path));
  else yield* entryOf(found, packing);
  if (stat.isDirectory() && isOpaque(handle))
    yield encodeEntry({ name: `${path}/.wh..wh..opq`, type: 'file' });
}

function kindsByPath(changes: readonly Change[]): Map<string, Change['Kind']> {
  return new Map(changes.map(({ Path, Kind }) => [Path.slice(1), Kind]));
}

async function* entryOf(found: Found, { links, maps }: Packing): AsyncIterable<Buffer> {
  const { stat, path } = found;
  const inode = `${stat.dev}:${stat.ino}`;
  const first = stat.isDirectory() ? undefined : links.get(inode);
  if (first !== undefined) {
    yield encodeEntry({ ...metadataOf(found, maps), type: 'link', linkName: first });
    return;
  }
  if (stat.nlink > 1n && !stat.isDirectory()) links.set(inode, path);
  if (stat.isFile()) yield* fileOf(found, maps);
  else if (stat.isSymbolicLink()) {
    const linkName = await readLink(found);
    if (linkName !== undefined) yield encodeEntry({ ...metadataOf(found, maps), linkName });
  } else yield encodeEntry(metadataOf(found, maps));
}

async function* fileOf(found: Found, maps: Packing['maps']): AsyncIterable<Buffer> {
  const file = await openFound(found);
  if (file === undefined) return;
  try {
    const size = Number((await file.stat()).size);
    yield encodeEntry({ ...metadataOf(found, maps), size });
    yield* contentOf(file, size);
    yield padding(size);
  } finally {
    await file.close();
  }
}

/** Exactly `size` bytes, as the header has promised: a file that grows is cut, one that shrinks is filled up. */
async function* contentOf(file: FileHandle, size: number): AsyncIterable<Buffer> {
  for (let left = size; left > 0; ) {
    const piece = Buffer.allocUnsafe(Math.min(left, 1 << 18));
    const { bytesRead } = await file.read(piece);
    yield bytesRead === 0 ? piece.fill(0) : piece.subarray(0, bytesRead);
    left -= bytesRead === 0 ? piece.length : bytesRead;
  }
}

function metadataOf({ path, stat, handle }: Found, maps: Packing['maps']): TarEntryDraft {
  return {
    name: path,
    type: typeOf(stat),
    mode: Number(stat.mode & 0o7777n),
    ...containerOwner(maps, { uid: Number(stat.uid), gid: Number(stat.gid) }),
    mtime: secondsOf(stat.mtimeNs),
    ...(stat.isCharacterDevice() || stat.isBlockDevice() ? splitDevice(stat.rdev) : {}),
    xattrs: xattrsOf(handle, maps),
  };
}

/** Rounded down, also before 1970. */
function secondsOf(ns: bigint): number {
  return Number((ns - (((ns % nsPerSecond) + nsPerSecond) % nsPerSecond)) / nsPerSecond);
}

function typeOf(stat: BigIntStats): TarEntryType {
  if (stat.isDirectory()) return 'directory';
  if (stat.isSymbolicLink()) return 'symlink';
  if (stat.isCharacterDevice()) return 'character';
  if (stat.isBlockDevice()) return 'block';
  return stat.isFIFO() ? 'fifo' : 'file';
}

/** What belongs to the file for good: capabilities and the user's own, not overlay's or a host's labels. */
function xattrsOf(path: string, maps: Packing['maps']): Map<string, Buffer> {
  const xattrs = new Map<string, Buffer>();
  const raw = rawPath(path);
  for (const name of quietly(() => listXattrs(raw)) ?? []) {
    const isCapability = name === CAPABILITY_XATTR;
    if (!isCapability && (!name.startsWith('user.') || name.startsWith('user.overlay.'))) continue;
    const value = getXattr(raw, name);
    if (value !== undefined)
      xattrs.set(name, isCapability ? capabilityInArchive(value, maps) : value);
  }
  return xattrs;
}

function isOpaque(path: string): boolean {
  return quietly(() => getXattr(rawPath(path), 'trusted.overlay.opaque'))?.toString() === 'y';
}

/** Undefined where the file is gone or its file system has no attributes. */
function quietly<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTSUP', 'EOPNOTSUPP')) return undefined;
    throw error;
  }
}

function whiteoutOf(path: string): TarEntryDraft {
  const slash = path.lastIndexOf('/') + 1;
  return { name: `${path.slice(0, slash)}.wh.${path.slice(slash)}`, type: 'file' };
}

function numbers(stat: BigIntStats): Parameters<typeof isWhiteout>[0] {
  return { rdev: Number(stat.rdev), isCharacterDevice: () => stat.isCharacterDevice() };
}
