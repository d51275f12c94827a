import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
  type Stats,
} from 'node:fs';
import { InvalidParameter } from '../../../base/errors.js';
import type { FileOwner } from '../../../base/id-mapping.js';
import { nameText, rawPath } from '../../../base/raw-name.js';

/** The kernel takes no longer paths; ours must not recurse deeper either. */
const longestPath = 4096;

/**
 * The parts of a path from an archive. Empty for the archive's root (`./`).
 * @throws InvalidParameter for whatever isn't plainly inside: absolute, with `..`, with a NUL; and for endless ones
 */
export function partsOf(name: string): string[] {
  if (name.length > longestPath)
    throw new InvalidParameter(
      `refusing the archive path ${JSON.stringify(name.slice(0, 60))}...: it is too long`,
    );
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
 * Files of fuse-overlayfs' own by which it says that a folder is opaque, beside the attribute: never part of what a
 * container has written.
 */
export const opaqueFiles: ReadonlySet<string> = new Set(['.wh..wh..opq', '.wh..opq']);

/** What a tree is to tell, and how it begins. */
export interface TreeOptions {
  /** The root holds a copy of the layers below: what is there already may be replaced without asking. */
  readonly inherits?: boolean;
  /** Whom folders belong to that are made because something is in them. Default: us. */
  readonly owner?: FileOwner | undefined;
  /** A folder took the place of a whiteout. */
  readonly madeOverWhiteout?: (folder: string) => void;
  /** Something that this archive had brought made way. */
  readonly replaced?: (stat: Stats) => void;
}

/**
 * A folder into which untrusted paths are written. No symbolic link in it is ever followed: each folder
 * on the way is looked at before it is used, and nobody else writes here meanwhile.
 */
export class Tree {
  readonly #root: string;
  readonly #options: TreeOptions;
  /** Relative paths that were seen to be real folders; spares a look per entry. */
  readonly #known = new Set<string>();
  /** With `inherits`: what the archive itself has brought, and the folders above. */
  readonly #own = new Set<string>();

  constructor(root: string, options: TreeOptions = {}) {
    this.#root = root;
    this.#options = options;
  }

  /** Notes that the archive has brought `parts`. */
  claim(parts: readonly string[]): void {
    if (!this.#options.inherits) return;
    for (let length = parts.length; length > 0; length--) {
      const key = parts.slice(0, length).join('/');
      if (this.#own.has(key)) return;
      this.#own.add(key);
    }
  }

  /** The real folder at `parts`, made with those above it where missing. @throws InvalidParameter */
  folder(parts: readonly string[]): string {
    const key = parts.join('/');
    const path = key === '' ? this.#root : `${this.#root}/${key}`;
    if (key === '' || this.#known.has(key)) return path;
    this.folder(parts.slice(0, -1));
    const stat = this.#look(path);
    const isFree = stat === undefined || isWhiteout(stat) || !this.#isOwn(key);
    if (!stat?.isDirectory() && !isFree)
      throw new InvalidParameter(
        `refusing an archive path below ${JSON.stringify(key)}, which is not a folder`,
      );
    if (!stat?.isDirectory()) {
      this.#makeFolder(path, stat);
      this.claim(parts);
    }
    this.#known.add(key);
    return path;
  }

  /** A path at which nothing is, in a real folder. What was there is removed. */
  free(parts: readonly string[]): string {
    const path = this.place(parts);
    const stat = this.#look(path);
    if (stat === undefined) return path;
    rmSync(rawPath(path), { recursive: true });
    if (stat.isDirectory()) this.#known.clear();
    if (this.#isOwn(parts.join('/'))) this.#options.replaced?.(stat);
    return path;
  }

  /** A real folder at `parts` itself; a file or link that was there makes way. */
  freshFolder(parts: readonly string[]): string {
    if (parts.length === 0) return this.#root;
    const stat = this.#look(this.place(parts));
    if (stat !== undefined && !stat.isDirectory() && !isWhiteout(stat)) this.free(parts);
    return this.folder(parts);
  }

  /** Removes what is at `parts`, but what the archive itself has brought stays. */
  removeInherited(parts: readonly string[]): void {
    const key = parts.join('/');
    if (this.#look(`${this.#root}/${key}`) === undefined) return;
    if (!this.#isOwn(key)) this.free(parts);
    else if (this.isFolder(parts)) this.clearInherited(parts);
  }

  /** The same of all that is in the folder at `parts`. */
  clearInherited(parts: readonly string[]): void {
    for (const name of readdirSync(rawPath(this.folder(parts)), { encoding: 'buffer' }))
      this.removeInherited([...parts, nameText(name)]);
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

  #isOwn(key: string): boolean {
    return !this.#options.inherits || this.#own.has(key);
  }

  #look(path: string): Stats | undefined {
    return lstatSync(rawPath(path), { throwIfNoEntry: false });
  }

  #makeFolder(path: string, instead: Stats | undefined): void {
    const raw = rawPath(path);
    if (instead !== undefined) rmSync(raw);
    mkdirSync(raw);
    // Independent of the umask.
    chmodSync(raw, 0o755);
    const { owner } = this.#options;
    if (owner) chownSync(raw, owner.uid, owner.gid);
    if (instead !== undefined && isWhiteout(instead)) this.#options.madeOverWhiteout?.(path);
  }
}
