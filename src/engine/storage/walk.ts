import type { BigIntStats } from 'node:fs';
import { constants, type FileHandle, lstat, open, readdir, readlink } from 'node:fs/promises';
import { nameText, rawPath } from '../../base/raw-name.js';

/** One file in a tree. */
export interface Found {
  /** Below the root, without a leading slash; text as of `nameText`, like the handle. */
  readonly path: string;
  readonly stat: BigIntStats;
  /** Opens, reads and describes the file itself by this path; valid until the next step of the walk. */
  readonly handle: string;
}

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;

/**
 * All files below `root` in order of name, a folder before what it holds. Safe on a tree that a
 * container writes to meanwhile: every step goes from the open parent folder, so that a folder swapped
 * for a link to the host is not followed. What vanishes on the way is left out.
 */
export async function* walk(root: string): AsyncIterable<Found> {
  const folder = await open(root, O_RDONLY | O_DIRECTORY);
  try {
    yield* walkFolder(folder, '');
  } finally {
    await folder.close();
  }
}

async function* walkFolder(folder: FileHandle, above: string): AsyncIterable<Found> {
  const here = `/proc/self/fd/${folder.fd}`;
  const names = (await readdir(here, { encoding: 'buffer' })).map(nameText);
  for (const name of names.sort()) {
    const handle = `${here}/${name}`;
    const path = above + name;
    const stat = await unlessGone(lstat(rawPath(handle), { bigint: true }));
    if (stat === undefined) continue;
    yield { path, stat, handle };
    if (!stat.isDirectory()) continue;
    const child = await unlessGone(open(rawPath(handle), O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    if (child === undefined) continue;
    try {
      yield* walkFolder(child, `${path}/`);
    } finally {
      await child.close();
    }
  }
}

/** Opens a regular file of the walk for reading; undefined if it is something else by now. */
export async function openFound({ handle }: Found): Promise<FileHandle | undefined> {
  return await unlessGone(open(rawPath(handle), O_RDONLY | O_NOFOLLOW | constants.O_NONBLOCK));
}

/** The text of a symbolic link of the walk. */
export async function readLink({ handle }: Found): Promise<string | undefined> {
  const target = await unlessGone(readlink(rawPath(handle), { encoding: 'buffer' }));
  return target && nameText(target);
}

/** Undefined if what it is about is gone, or something else, by now. */
export async function unlessGone<T>(attempt: Promise<T>): Promise<T | undefined> {
  try {
    return await attempt;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'EINVAL', 'ENXIO'].includes(code)) return undefined;
    throw error;
  }
}
