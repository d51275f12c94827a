import * as fs from 'node:fs';
import { InvalidParameter } from '../../../base/errors.js';
import type { TarEntry, TarEntryType } from '../tar/entry.js';
import type { TarSink } from '../tar/reader.js';
import { partsOf, Tree } from './tree.js';

/** The system calls that Node lacks. */
export interface NodeMaker {
  /** mknod(2) of a device or fifo. */
  makeNode(path: string, kind: 'char' | 'block' | 'fifo', major: number, minor: number): void;
  /** lsetxattr(2). Answers false if the file system has no such attributes. */
  setXattr(path: string, name: string, value: Uint8Array | string): boolean;
}

/** What an {@link Unpacker} is to make of the entries. */
export type UnpackKind =
  /** A layer of an image: everything, with owners; `.wh.` names become overlay's marks. */
  | 'layer'
  /** Plain files for our own reading: no owners, modes, devices or attributes are taken over. */
  | 'files';

/** Tells who rebuilds archives where each payload went. */
export interface PayloadLog {
  /** The payload that follows is in the file at this path below the root. */
  stored(path: string, size: number): void;
  /** A piece of payload that was not stored anywhere. */
  dropped(chunk: Buffer): void;
}

/** What to unpack into, and how. */
export interface UnpackerOptions {
  /** An empty folder of ours. */
  readonly root: string;
  readonly kind: UnpackKind;
  readonly nodes: NodeMaker;
  readonly log?: PayloadLog;
}

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = fs.constants;
const whiteoutPrefix = '.wh.';
const opaqueName = '.wh..wh..opq';
/** Overlay's own marks, which no archive may bring: `redirect` would let it show other folders. */
const overlayXattrs = /^(trusted|user)\.overlay\./;

/** Writes the entries of an archive below a root folder, and never elsewhere. Synchronous. */
export class Unpacker implements TarSink {
  readonly #options: UnpackerOptions;
  readonly #tree: Tree;
  #size = 0;
  #entries = 0;
  #file: { readonly fd: number; readonly path: string; readonly entry: TarEntry } | undefined;
  /** A file made in a folder changes that folder's time, so times of folders come last. */
  readonly #folderTimes = new Map<
    string,
    { readonly parts: readonly string[]; readonly mtime: number }
  >();

  constructor(options: UnpackerOptions) {
    this.#options = options;
    this.#tree = new Tree(options.root, (folder) => this.#makeOpaque(folder));
  }

  /** Bytes in regular files, each hard-linked file counted once; as Docker counts a layer's size. */
  get size(): number {
    return this.#size;
  }

  /** Entries seen. */
  get entries(): number {
    return this.#entries;
  }

  entry(entry: TarEntry): void {
    this.#entries++;
    const parts = partsOf(entry.name);
    const name = parts.at(-1) ?? '';
    if (this.#options.kind === 'layer' && name.startsWith(whiteoutPrefix))
      this.#whiteout(parts, name);
    else this.#make(entry, parts);
  }

  data(chunk: Buffer): void {
    if (this.#file === undefined) this.#options.log?.dropped(chunk);
    else writeFully(this.#file.fd, chunk);
  }

  end(): void {
    if (this.#file === undefined) return;
    const { fd, path, entry } = this.#file;
    this.#file = undefined;
    fs.closeSync(fd);
    this.#dress(path, entry);
  }

  /** Everything was seen. */
  finish(): void {
    // It may have been replaced by a later entry.
    // It may have been replaced by a later entry, as may those above it.
    for (const [path, { parts, mtime }] of this.#folderTimes)
      if (this.#tree.isFolder(parts)) fs.utimesSync(path, mtime, mtime);
  }

  /** Stops half-way: gives back what is open. */
  abandon(): void {
    if (this.#file !== undefined) fs.closeSync(this.#file.fd);
    this.#file = undefined;
  }

  #make(entry: TarEntry, parts: string[]): void {
    const make: Record<TarEntryType, () => void> = {
      directory: () => this.#folder(entry, parts),
      file: () => this.#beginFile(entry, parts),
      link: () => fs.linkSync(this.#linkSource(entry), this.#tree.free(parts)),
      symlink: () => {
        const path = this.#tree.free(parts);
        fs.symlinkSync(entry.linkName, path);
        this.#dress(path, entry);
      },
      character: () => this.#node('char', entry, parts),
      block: () => this.#node('block', entry, parts),
      fifo: () => this.#node('fifo', entry, parts),
    };
    make[entry.type]();
  }

  #folder(entry: TarEntry, parts: string[]): void {
    const path = this.#tree.freshFolder(parts);
    this.#dress(path, entry);
    this.#folderTimes.set(path, { parts, mtime: entry.mtime });
  }

  #beginFile(entry: TarEntry, parts: string[]): void {
    const path = this.#tree.free(parts);
    const fd = fs.openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    this.#file = { fd, path, entry };
    this.#size += entry.size;
    if (entry.size > 0) this.#options.log?.stored(parts.join('/'), entry.size);
  }

  /** A hard link's other end: in the archive's tree, not through links, and not a folder. */
  #linkSource(entry: TarEntry): string {
    const parts = partsOf(entry.linkName);
    const stat = this.#tree.stat(parts);
    if (stat === undefined || stat.isDirectory())
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
    const path = this.#tree.free(parts);
    this.#options.nodes.makeNode(path, kind, entry.major, entry.minor);
    this.#dress(path, entry);
  }

  /** Owner before mode and capabilities, because chown(2) clears those. */
  #dress(path: string, entry: TarEntry): void {
    if (this.#options.kind === 'files') return;
    fs.lchownSync(path, entry.uid, entry.gid);
    for (const [name, value] of entry.xattrs)
      if (!overlayXattrs.test(name)) this.#options.nodes.setXattr(path, name, value);
    if (entry.type !== 'symlink') fs.chmodSync(path, entry.mode);
    fs.lutimesSync(path, entry.mtime, entry.mtime);
  }

  /** A whiteout speaks of the layers below only; what this layer itself brings stays (OCI image spec). */
  #whiteout(parts: string[], name: string): void {
    const above = parts.slice(0, -1);
    if (name === opaqueName) this.#makeOpaque(this.#tree.folder(above));
    // The others like it are leftovers of AUFS: `.wh..wh.plnk`, `.wh..wh.aufs`.
    if (name.startsWith('.wh..wh.')) return;
    const hidden = name.slice(whiteoutPrefix.length);
    const [target] = partsOf(hidden);
    if (target === undefined)
      throw new InvalidParameter(`refusing the whiteout ${JSON.stringify(name)}`);
    const path = this.#tree.place([...above, target]);
    const stat = this.#tree.stat([...above, target]);
    if (stat?.isDirectory()) this.#makeOpaque(path);
    else if (stat === undefined) this.#options.nodes.makeNode(path, 'char', 0, 0);
  }

  #makeOpaque(folder: string): void {
    this.#options.nodes.setXattr(folder, 'trusted.overlay.opaque', 'y');
  }
}

function writeFully(fd: number, chunk: Buffer): void {
  for (let at = 0; at < chunk.length; ) at += fs.writeSync(fd, chunk, at);
}
