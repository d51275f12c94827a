import {
  chmod,
  chown,
  constants,
  type FileHandle,
  open,
  readdir,
  readlink,
  utimes,
} from 'node:fs/promises';
import { nameText, rawPath } from '../../../base/raw-name.js';
import { O_PATH } from '../../../native/fd.js';

/** A folder or file that is mounted in a container. */
export interface TreeMount {
  /** A path that leads to what is mounted, for whoever opens it. */
  readonly source: string;
  readonly readOnly: boolean;
}

/**
 * A file of a container that is held without being opened (O_PATH, open(2)): it stays the same whatever the
 * container does to the names that led to it, and no device or fifo wakes up. Names are texts of `base/raw-name`.
 */
export class Held implements AsyncDisposable {
  readonly #handle: FileHandle;
  /** Where it is in the container: absolute, without links. */
  readonly path: string;
  /** The mount that it lies in; undefined for the container's own layer. */
  readonly mount: TreeMount | undefined;

  constructor(handle: FileHandle, path: string, mount?: TreeMount) {
    this.#handle = handle;
    this.path = path;
    this.mount = mount;
  }

  /** Holds what is at a path of the host, links followed. */
  static async at(hostPath: string, path: string, mount?: TreeMount): Promise<Held> {
    return new Held(await open(hostPath, O_PATH), path, mount);
  }

  /** A path that leads to this very file as long as it is held. To be followed: it is a link of /proc. */
  get self(): string {
    return `/proc/self/fd/${this.#handle.fd}`;
  }

  /** The path of a thing in this folder, for calls that don't follow a link at its end. */
  entry(name: string): string {
    return `${this.self}/${name}`;
  }

  /** Holds a thing in this folder; a link itself, not what it leads to. */
  async child(name: string): Promise<Held> {
    const handle = await open(rawPath(this.entry(name)), O_PATH | constants.O_NOFOLLOW);
    return new Held(handle, joined(this.path, name), this.mount);
  }

  /** The names in this folder, in order. */
  async names(): Promise<string[]> {
    return (await readdir(this.self, 'buffer')).map(nameText).sort();
  }

  /** The text of a link in this folder. */
  async linkText(name: string): Promise<string> {
    return nameText(await readlink(rawPath(this.entry(name)), 'buffer'));
  }

  async stat() {
    return await this.#handle.stat({ bigint: true });
  }

  /** Opens the file itself; one that is no regular file must not be opened. */
  async reopen(flags: number): Promise<FileHandle> {
    return await open(this.self, flags);
  }

  /** These three change the file itself, a link too, whatever its name stands for by now. */
  async setOwner(uid: number, gid: number): Promise<void> {
    await chown(this.self, uid, gid);
  }

  /** Permission bits; a link has none to be set. */
  async setMode(mode: number): Promise<void> {
    await chmod(this.self, mode);
  }

  /** When it was changed, in seconds since 1970. */
  async setTime(mtime: number): Promise<void> {
    // As a date: Node takes a negative number for the present.
    const date = new Date(mtime * 1000);
    await utimes(this.self, date, date);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }
}

/** The path of a name in a folder. */
export function joined(folder: string, name: string): string {
  return folder === '/' ? `/${name}` : `${folder}/${name}`;
}
