import { chmodSync, lstatSync, mkdirSync, rmSync, type Stats } from 'node:fs';
import { InvalidParameter } from '../../../base/errors.js';

/**
 * The parts of a path from an archive. Empty for the archive's root (`./`).
 * @throws InvalidParameter for whatever isn't plainly inside: absolute, with `..`, with a NUL.
 */
export function partsOf(name: string): string[] {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (name === '' || name.startsWith('/') || parts.includes('..') || name.includes('\0'))
    throw new InvalidParameter(
      `refusing the archive path ${JSON.stringify(name)}: it leads out of the root`,
    );
  return parts;
}

/** Whether this is overlay's mark for "deleted here": a character device 0:0. */
export function isWhiteout(stat: Pick<Stats, 'rdev'> & { isCharacterDevice(): boolean }): boolean {
  return stat.isCharacterDevice() && stat.rdev === 0;
}

/**
 * A folder into which untrusted paths are written. No symbolic link in it is ever followed: each folder
 * on the way is looked at before it is used, and nobody else writes here meanwhile.
 */
export class Tree {
  readonly #root: string;
  readonly #madeOverWhiteout: (folder: string) => void;
  /** Relative paths that were seen to be real folders; spares a look per entry. */
  readonly #known = new Set<string>();

  /** `madeOverWhiteout` is told of a folder that took the place of a whiteout. */
  constructor(root: string, madeOverWhiteout: (folder: string) => void = () => {}) {
    this.#root = root;
    this.#madeOverWhiteout = madeOverWhiteout;
  }

  /** The real folder at `parts`, made with those above it where missing. @throws InvalidParameter */
  folder(parts: readonly string[]): string {
    const key = parts.join('/');
    const path = key === '' ? this.#root : `${this.#root}/${key}`;
    if (key === '' || this.#known.has(key)) return path;
    this.folder(parts.slice(0, -1));
    const stat = this.#look(path);
    if (stat !== undefined && !stat.isDirectory() && !isWhiteout(stat))
      throw new InvalidParameter(
        `refusing an archive path below ${JSON.stringify(key)}, which is not a folder`,
      );
    if (!stat?.isDirectory()) this.#makeFolder(path, stat !== undefined);
    this.#known.add(key);
    return path;
  }

  /** A path at which nothing is, in a real folder. What was there is removed. */
  free(parts: readonly string[]): string {
    const path = this.place(parts);
    const stat = this.#look(path);
    if (stat === undefined) return path;
    rmSync(path, { recursive: true });
    if (stat.isDirectory()) this.#known.clear();
    return path;
  }

  /** A real folder at `parts` itself; a file or link that was there makes way. */
  freshFolder(parts: readonly string[]): string {
    if (parts.length === 0) return this.#root;
    const stat = this.#look(this.place(parts));
    if (stat !== undefined && !stat.isDirectory() && !isWhiteout(stat)) this.free(parts);
    return this.folder(parts);
  }

  /** Whether `parts` is a real folder now, reached through real folders. */
  isFolder(parts: readonly string[]): boolean {
    const key = parts.join('/');
    if (key === '' || this.#known.has(key)) return true;
    return (
      this.isFolder(parts.slice(0, -1)) &&
      this.#look(`${this.#root}/${key}`)?.isDirectory() === true
    );
  }

  /** The path of `parts` in its real parent folder, whatever is there. */
  place(parts: readonly string[]): string {
    const name = parts.at(-1);
    if (name === undefined)
      throw new InvalidParameter('refusing to replace the root of an archive');
    return `${this.folder(parts.slice(0, -1))}/${name}`;
  }

  /** What is at `parts`, links not followed. */
  stat(parts: readonly string[]): Stats | undefined {
    return this.#look(this.place(parts));
  }

  #look(path: string): Stats | undefined {
    return lstatSync(path, { throwIfNoEntry: false });
  }

  #makeFolder(path: string, overWhiteout: boolean): void {
    if (overWhiteout) rmSync(path);
    mkdirSync(path);
    // Independent of the umask.
    chmodSync(path, 0o755);
    if (overWhiteout) this.#madeOverWhiteout(path);
  }
}
