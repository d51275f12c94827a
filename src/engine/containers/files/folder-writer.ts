import { constants, type FileHandle, link, mkdir, open, symlink } from 'node:fs/promises';
import { System } from '../../../base/errors.js';
import { type FileOwner, hostOwner, type IdMaps, remappedRoot } from '../../../base/id-mapping.js';
import { rawPath } from '../../../base/raw-name.js';
import type { TarEntry, TarEntryType } from '../../../base/tar/entry.js';
import { mknod } from '../../../native/inode.js';
import { isErrno } from '../../../native/libc.js';
import { setFileXattrs } from './file-xattrs.js';
import { type Held, joined } from './held.js';
import { findOrMakeFolder, refuseReadOnly } from './make-folder.js';
import { namesInside } from './path.js';
import { removeTree } from './remove-tree.js';
import type { ContainerTree } from './tree.js';

/** How an archive is unpacked into a container. */
export interface UnpackOptions {
  /** Where to: absolute, without links. */
  readonly folder: string;
  /** Refuse to put a folder in the place of something else, or something else in that of a folder. */
  readonly noOverwriteDirNonDir: boolean;
  /** Who owns everything; what the archive says if it is left out. */
  readonly owner?: FileOwner | undefined;
  /** What ids of the container are on the disk; absent: the same. */
  readonly maps?: IdMaps | undefined;
}

/** Where an entry goes. */
interface Place {
  readonly folder: Held;
  readonly name: string;
  /** A folder is there already: what is in it stays. */
  readonly merges: boolean;
}

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;

const specials = { character: 'char', block: 'block', fifo: 'fifo' } as const;

/**
 * Writes the entries of an archive into a container that may be running. Each is made in a folder that is held open,
 * by a call that follows no link, and then dressed through a hold on what was made rather than by its name.
 */
export class FolderWriter implements AsyncDisposable {
  readonly #tree: ContainerTree;
  readonly #options: UnpackOptions;
  /** The folder of the last entry: most follow one another in one folder. */
  #folder: { readonly key: string; readonly held: Held } | undefined;
  #file: { readonly handle: FileHandle; readonly entry: TarEntry; at: number } | undefined;
  /** What is made in a folder changes its time, so times of folders come last. */
  readonly #folderTimes = new Map<string, { names: readonly string[]; mtime: number }>();

  constructor(tree: ContainerTree, options: UnpackOptions) {
    this.#tree = tree;
    this.#options = options;
  }

  /** Begins an entry; `names` is where it goes, from the container's root. */
  async entry(entry: TarEntry, names: readonly string[]): Promise<void> {
    const name = names.at(-1);
    const path = `/${names.join('/')}`;
    // The folder itself is there already and stays as it is.
    if (name === undefined || path === this.#options.folder) return;
    // Before anything is made: an owner that has no place on the disk leaves nothing behind.
    this.#ownerOf(entry);
    const folder = await this.#folderOf(names.slice(0, -1));
    const place = { folder, name, merges: await this.#makeWay(folder, name, entry.type) };
    if (!place.merges) refuseReadOnly(folder, name);
    await this.#make(entry, place);
    if (entry.type === 'directory') this.#folderTimes.set(path, { names, mtime: entry.mtime });
  }

  /** A piece of the present file. */
  async data(chunk: Buffer): Promise<void> {
    const file = this.#file;
    if (file === undefined) return;
    for (let from = 0; from < chunk.length; ) {
      const { bytesWritten } = await file.handle.write(chunk, from, null, file.at);
      from += bytesWritten;
      file.at += bytesWritten;
    }
  }

  /** Zeros of the present file that take no room. */
  hole(bytes: number): void {
    if (this.#file) this.#file.at += bytes;
  }

  /** The present entry is complete. */
  async end(): Promise<void> {
    if (this.#file === undefined) return;
    const { handle, entry, at } = this.#file;
    this.#file = undefined;
    try {
      // A hole at the end is one by the file's length alone.
      if (entry.extents) await handle.truncate(at);
      // Owner before capabilities and mode, because chown(2) clears those.
      const { uid, gid } = this.#ownerOf(entry);
      await handle.chown(uid, gid);
      setFileXattrs(handle.fd, entry.xattrs);
      await handle.chmod(entry.mode);
      // As a date: Node takes a negative number for the present.
      const date = new Date(entry.mtime * 1000);
      await handle.utimes(date, date);
    } finally {
      await handle.close();
    }
  }

  /** Everything was seen. */
  async finish(): Promise<void> {
    for (const { names, mtime } of this.#folderTimes.values()) {
      // One that has gone meanwhile needs no time.
      await using folder = await this.#tree.find(names, true).catch(() => undefined);
      await folder?.setTime(mtime);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.handle.close();
    await this.#folder?.held[Symbol.asyncDispose]();
  }

  /** As the disk has it. @throws InvalidParameter for ids that have no place there */
  #ownerOf(entry: FileOwner): FileOwner {
    const { owner, maps } = this.#options;
    return hostOwner(maps, owner ?? entry);
  }

  /** The folder at these names, links followed; made where it is missing. */
  async #folderOf(names: readonly string[]): Promise<Held> {
    const key = names.join('/');
    if (this.#folder?.key === key) return this.#folder.held;
    const held = await findOrMakeFolder(this.#tree, names, remappedRoot(this.#options.maps));
    await this.#folder?.held[Symbol.asyncDispose]();
    this.#folder = { key, held };
    return held;
  }

  /** Takes away what is in the place of an entry; true if a folder is there that an entry of a folder goes into. */
  async #makeWay(folder: Held, name: string, type: TarEntryType): Promise<boolean> {
    const path = joined(folder.path, name);
    const present = await this.#kindAt(folder, name);
    if (present === undefined) return false;
    const isFolder = type === 'directory';
    if (this.#options.noOverwriteDirNonDir && (present === 'folder') !== isFolder)
      throw new System(overwriteText(path, this.#options.folder, isFolder));
    if (present === 'folder' && isFolder) return true;
    if (this.#tree.isMountPoint(path))
      throw new System(`unlinkat ${path}: device or resource busy`);
    refuseReadOnly(folder, name);
    await removeTree(folder, name);
    return false;
  }

  async #kindAt(folder: Held, name: string): Promise<'folder' | 'other' | undefined> {
    try {
      await using held = await this.#tree.step(folder, name);
      return (await held.stat()).isDirectory() ? 'folder' : 'other';
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  async #make(entry: TarEntry, { folder, name, merges }: Place): Promise<void> {
    const path = rawPath(folder.entry(name));
    if (entry.type === 'file') {
      const handle = await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
      this.#file = { handle, entry, at: 0 };
      return;
    }
    if (entry.type === 'link') return await this.#link(entry, path);
    if (entry.type === 'symlink') await symlink(rawPath(entry.linkName), path);
    else if (entry.type !== 'directory')
      mknod({ path, kind: specials[entry.type], mode: 0o600, ...devicesOf(entry) });
    else if (!merges) await mkdir(path, { mode: 0o700 });
    await this.#dress(entry, folder, name);
  }

  async #dress(entry: TarEntry, folder: Held, name: string): Promise<void> {
    await using made = await this.#tree.step(folder, name);
    const isLink = (await made.stat()).isSymbolicLink();
    // Somebody put something else there meanwhile.
    if (isLink !== (entry.type === 'symlink')) return;
    const { uid, gid } = this.#ownerOf(entry);
    refuseReadOnly(made, '');
    await made.setOwner(uid, gid);
    if (!isLink) await made.setMode(entry.mode);
    await made.setTime(entry.mtime);
  }

  /** A hard link to a file that is in the folder, and not what a link there leads to. */
  async #link(entry: TarEntry, path: string | Buffer): Promise<void> {
    const names = namesInside(this.#options.folder, entry.linkName, 'link');
    await using folder = await this.#tree.find(names.slice(0, -1), true);
    await link(rawPath(folder.entry(names.at(-1) ?? '')), path);
  }
}

function devicesOf({ type, major, minor }: TarEntry): { major?: number; minor?: number } {
  return type === 'fifo' ? {} : { major, minor };
}

function overwriteText(path: string, folder: string, isFolder: boolean): string {
  const [present, added] = isFolder
    ? ['non-directory', 'directory']
    : ['directory', 'non-directory'];
  return `cannot overwrite ${present} ${JSON.stringify(path)} with ${added} ${JSON.stringify(folder)}`;
}
