import * as fs from 'node:fs';
import { InvalidParameter } from '../../../base/errors.js';
import { hostOwner, type IdMaps, remappedRoot } from '../../../base/id-mapping.js';
import { nameBytes, rawPath } from '../../../base/raw-name.js';
import type { TarEntry, TarEntryType } from '../../../base/tar/entry.js';
import type { TarSink } from '../../../base/tar/reader.js';
import { FileWriter } from './file-writer.js';
import { isWhiteout, partsOf, Tree } from './tree.js';
import {
  appliedWhiteouts,
  markedWhiteouts,
  markOpaque,
  type WhiteoutKind,
  type Whiteouts,
} from './whiteouts.js';

/** The system calls that Node lacks. Paths are text as of `nameText`. */
export interface NodeMaker {
  /** mknod(2) of a device or fifo. */
  makeNode(path: string, kind: 'char' | 'block' | 'fifo', major: number, minor: number): void;
  /** lsetxattr(2). Answers false if the file system has no such attributes. */
  setXattr(path: string, name: string, value: Uint8Array | string): boolean;
  /** utimensat(2) of the file itself: both its times, in nanoseconds since 1970. */
  setTimes(path: string, ns: bigint): void;
}

/** What an {@link Unpacker} is to make of the entries. */
export type UnpackKind =
  /** A layer of an image: everything, with owners; `.wh.` names speak of the layers below. */
  | 'layer'
  /** Plain files for our own reading: no owners, modes, devices or attributes are taken over. */
  | 'files';

/** Tells who rebuilds archives where each payload went. */
export interface PayloadLog {
  /**
   * The payload that follows is in the file at this path below the root: it is the whole file, or with an offset a part of a
   * sparse one.
   */
  stored(path: string, size: number, offset?: number): void;
  /** A piece of payload that was not stored anywhere. */
  dropped(chunk: Buffer): void;
}

/** What to unpack into, and how. */
export interface UnpackerOptions {
  /** A folder of ours: empty, or with applied whiteouts a copy of the layers below. */
  readonly root: string;
  readonly kind: UnpackKind;
  /** Default `marks`. */
  readonly whiteouts?: WhiteoutKind;
  /** What the owners of a layer's files are on the disk. Default: the same. */
  readonly maps?: IdMaps | undefined;
  readonly nodes: NodeMaker;
  readonly log?: PayloadLog;
}

const whiteoutPrefix = '.wh.';
const opaqueName = '.wh..wh..opq';
/** Overlay's own marks, which no archive may bring: `redirect` would let it show other folders. */
const overlayXattrs = /^(trusted\.overlay|user\.overlay|user\.fuseoverlayfs)\./;
/** What 64 bits of nanoseconds say: 1677 to 2262. */
const latest = 2n ** 63n - 1n;

/** Writes the entries of an archive below a root folder, and never elsewhere. Synchronous. */
export class Unpacker implements TarSink {
  readonly #options: UnpackerOptions;
  readonly #tree: Tree;
  readonly #whiteouts: Whiteouts;
  #size = 0;
  #entries = 0;
  #current = '';
  #file:
    | { readonly writer: FileWriter; readonly path: string; readonly entry: TarEntry }
    | undefined;
  /** A file made in a folder changes that folder's time, so times of folders come last. */
  readonly #folderTimes = new Map<
    string,
    { readonly parts: readonly string[]; readonly ns: bigint }
  >();

  constructor(options: UnpackerOptions) {
    const { root, kind, nodes, maps, whiteouts = 'marks' } = options;
    this.#options = options;
    this.#tree = new Tree(root, {
      inherits: whiteouts === 'applied',
      owner: kind === 'layer' ? remappedRoot(maps) : undefined,
      madeOverWhiteout: (folder) => markOpaque(nodes, folder),
      replaced: (stat) => {
        if (!stat.isDirectory() && stat.nlink === 1) this.#size -= stat.size;
      },
    });
    this.#whiteouts =
      whiteouts === 'marks' ? markedWhiteouts(this.#tree, nodes) : appliedWhiteouts(this.#tree);
  }

  /** Bytes in files and symbolic links, each hard-linked file counted once; as Docker counts a layer's size. */
  get size(): number {
    return this.#size;
  }

  /** Entries seen. */
  get entries(): number {
    return this.#entries;
  }

  /** The name of the entry that is being made, or was last. */
  get current(): string {
    return this.#current;
  }

  entry(entry: TarEntry): void {
    this.#entries++;
    this.#current = entry.name;
    const parts = partsOf(entry.name);
    const name = parts.at(-1) ?? '';
    if (this.#options.kind === 'layer' && name.startsWith(whiteoutPrefix))
      this.#whiteout(parts, name);
    else this.#make(entry, parts);
  }

  data(chunk: Buffer): void {
    if (this.#file === undefined) this.#options.log?.dropped(chunk);
    else this.#file.writer.write(chunk);
  }

  hole(bytes: number): void {
    this.#file?.writer.skip(bytes);
  }

  end(): void {
    if (this.#file === undefined) return;
    const { writer, path, entry } = this.#file;
    this.#file = undefined;
    writer.close();
    this.#dress(path, entry);
  }

  /** Everything was seen. */
  finish(): void {
    // It may have been replaced by a later entry, as may those above it.
    for (const [path, { parts, ns }] of this.#folderTimes)
      if (this.#tree.isFolder(parts)) this.#options.nodes.setTimes(path, ns);
  }

  /** Stops half-way: gives back what is open. */
  abandon(): void {
    const file = this.#file;
    this.#file = undefined;
    file?.writer.close();
  }

  #make(entry: TarEntry, parts: string[]): void {
    const make: Record<TarEntryType, () => void> = {
      directory: () => this.#folder(entry, parts),
      file: () => this.#beginFile(entry, parts),
      link: () => this.#link(entry, parts),
      symlink: () => this.#symlink(entry, parts),
      character: () => this.#node('char', entry, parts),
      block: () => this.#node('block', entry, parts),
      fifo: () => this.#node('fifo', entry, parts),
    };
    make[entry.type]();
    this.#tree.claim(parts);
  }

  #folder(entry: TarEntry, parts: string[]): void {
    const path = this.#tree.freshFolder(parts);
    this.#dress(path, entry);
    this.#folderTimes.set(path, { parts, ns: timeOf(entry) });
  }

  #beginFile(entry: TarEntry, parts: string[]): void {
    const path = this.#tree.free(parts);
    this.#file = { writer: new FileWriter(path), path, entry };
    this.#size += entry.size;
    this.#logPlaces(entry, parts.join('/'));
  }

  #logPlaces({ size, extents }: TarEntry, path: string): void {
    const { log } = this.#options;
    if (extents === undefined && size > 0) log?.stored(path, size);
    for (const extent of extents ?? []) log?.stored(path, extent.size, extent.offset);
  }

  #symlink(entry: TarEntry, parts: string[]): void {
    const path = this.#tree.free(parts);
    fs.symlinkSync(rawPath(entry.linkName), rawPath(path));
    this.#size += nameBytes(entry.linkName).length;
    this.#dress(path, entry);
  }

  #link(entry: TarEntry, parts: string[]): void {
    const source = this.#linkSource(entry);
    // A link to itself would be removed before it is made.
    if (source === this.#tree.place(parts)) return;
    fs.linkSync(rawPath(source), rawPath(this.#tree.free(parts)));
  }

  /** A hard link's other end: in the archive's tree, not through links, and not a folder. */
  #linkSource(entry: TarEntry): string {
    const parts = partsOf(entry.linkName);
    const stat = this.#tree.stat(parts);
    if (stat === undefined || stat.isDirectory() || isWhiteout(stat))
      throw new InvalidParameter(
        `archive entry ${JSON.stringify(entry.name)} is a hard link to ${JSON.stringify(entry.linkName)}, which is not a file in it`,
      );
    return this.#tree.place(parts);
  }

  #node(kind: 'char' | 'block' | 'fifo', entry: TarEntry, parts: string[]): void {
    if (this.#options.kind === 'files')
      throw new InvalidParameter(
        `refusing the special file ${JSON.stringify(entry.name)} in this archive`,
      );
    // In a layer of overlay's own making this is how a file is hidden.
    if (kind === 'char' && entry.major === 0 && entry.minor === 0) {
      this.#whiteouts.hide(parts);
      return;
    }
    const path = this.#tree.free(parts);
    this.#options.nodes.makeNode(path, kind, entry.major, entry.minor);
    this.#dress(path, entry);
  }

  /** Owner before mode and capabilities, because chown(2) clears those. */
  #dress(path: string, entry: TarEntry): void {
    const { kind, nodes, maps } = this.#options;
    if (kind === 'files') return;
    const raw = rawPath(path);
    const { uid, gid } = hostOwner(maps, entry);
    fs.lchownSync(raw, uid, gid);
    for (const [name, value] of entry.xattrs)
      if (!overlayXattrs.test(name)) nodes.setXattr(path, name, value);
    if (entry.type !== 'symlink') fs.chmodSync(raw, entry.mode);
    nodes.setTimes(path, timeOf(entry));
  }

  #whiteout(parts: string[], name: string): void {
    const above = parts.slice(0, -1);
    if (name === opaqueName) this.#whiteouts.empty(above);
    // The others like it are leftovers of AUFS: `.wh..wh.plnk`, `.wh..wh.aufs`.
    if (name.startsWith('.wh..wh.')) return;
    const [target] = partsOf(name.slice(whiteoutPrefix.length));
    if (target === undefined)
      throw new InvalidParameter(`refusing the whiteout ${JSON.stringify(name)}`);
    this.#whiteouts.hide([...above, target]);
  }
}

/** A time that the kernel can't be told becomes 1970, as with Docker. */
function timeOf({ mtimeNs }: TarEntry): bigint {
  return mtimeNs > latest || mtimeNs < -latest ? 0n : mtimeNs;
}
