import { chownSync, existsSync, mkdirSync, readdirSync, realpathSync, renameSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileOwner } from '../../../base/id-mapping.js';
import { syncDirectory } from '../../../native/fd.js';
import { isErrno } from '../../../native/libc.js';

/** Before the name of a volume: it is being removed. No volume's name starts with a dot. */
const removing = '.removing.';

/** The folders of local volumes: one for each, with the files in `_data`. */
export class VolumeFolders {
  readonly root: string;
  readonly #owner: FileOwner | undefined;

  /**
   * Makes the root if need be; others may pass through it, but see nothing. `owner`: whom new volumes belong to, by
   * default us.
   */
  constructor(root: string, owner?: FileOwner) {
    this.#owner = owner;
    mkdirSync(root, { recursive: true, mode: 0o701 });
    // Mount points are known by their real paths.
    this.root = realpathSync(root);
  }

  /** Where the volume's own things are. */
  of(name: string): string {
    return join(this.root, name);
  }

  /** Where its files are. */
  data(name: string): string {
    return join(this.root, name, '_data');
  }

  make(name: string): void {
    mkdirSync(this.of(name), { recursive: true, mode: 0o701 });
    const owner = this.#owner;
    if (owner) this.#makeFor(owner, name);
    else mkdirSync(this.data(name), { recursive: true, mode: 0o755 });
  }

  /** The folder is there when it is its owner's. */
  #makeFor(owner: FileOwner, name: string): void {
    if (this.has(name)) return;
    const made = `${this.data(name)}.new`;
    mkdirSync(made, { recursive: true, mode: 0o755 });
    chownSync(made, owner.uid, owner.gid);
    renameSync(made, this.data(name));
  }

  has(name: string): boolean {
    return existsSync(this.data(name));
  }

  /** Takes a volume's folder out of the way, for {@link clear}: from here on it is gone. */
  retire(name: string): void {
    try {
      renameSync(this.of(name), this.of(`${removing}${name}`));
      syncDirectory(this.root);
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw error;
    }
  }

  /** Removes what {@link retire} took out of the way. */
  async clear(name: string): Promise<void> {
    await rm(this.of(`${removing}${name}`), { recursive: true, force: true });
  }

  /** Names of volumes of which there is a folder. */
  names(): string[] {
    const entries = readdirSync(this.root, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map(({ name }) => name)
      .filter((name) => this.has(name));
  }

  /** Names of volumes whose removal was begun and not ended. */
  retired(): string[] {
    return readdirSync(this.root)
      .filter((name) => name.startsWith(removing))
      .map((name) => name.slice(removing.length));
  }
}
