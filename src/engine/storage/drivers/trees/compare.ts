import type { BigIntStats } from 'node:fs';
import { constants, type FileHandle, lstat, open, readdir } from 'node:fs/promises';
import { nameText, rawPath } from '../../../../base/raw-name.js';
import { getXattr } from '../../../../native/xattr.js';
import type { Change } from '../../driver.js';
import { isInitLink } from '../../init-files.js';
import { sizeOfTree } from '../../size.js';
import { unlessGone } from '../../walk.js';

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;

/**
 * What `after` has otherwise than `before`, in order of path; a folder with changes in it counts as changed. A file is
 * the same if owner, mode, length, time and capabilities are (as Docker's drivers of this kind see it). Only `after`
 * may be written to meanwhile.
 */
export async function compareTrees(before: string, after: string): Promise<Change[]> {
  const folder = await open(after, O_RDONLY | O_DIRECTORY);
  try {
    return await compareFolders(before, folder, '');
  } finally {
    await folder.close();
  }
}

/** `before`: the folder's path, undefined if it is new. */
async function compareFolders(
  before: string | undefined,
  after: FileHandle,
  above: string,
): Promise<Change[]> {
  const now = `/proc/self/fd/${after.fd}`;
  const names = new Set([...(await namesIn(now)), ...(before ? await namesIn(before) : [])]);
  const changes: Change[] = [];
  for (const name of [...names].sort()) {
    const old = before && `${before}/${name}`;
    changes.push(...(await compareAt(`${above}/${name}`, old, `${now}/${name}`)));
  }
  return changes;
}

async function compareAt(path: string, old: string | undefined, now: string): Promise<Change[]> {
  const was = old === undefined ? undefined : await lookAt(old);
  const found = await lookAt(now);
  if (!found) return was ? [{ Path: path, Kind: 2 }] : [];
  const oldFolder = was?.isDirectory() ? old : undefined;
  const below = found.isDirectory() ? await compareBelow(oldFolder, now, path) : [];
  const isChanged = !was || isOther({ was, old, found, now });
  if (!isChanged && below.length === 0) return [];
  return [{ Path: path, Kind: was ? 0 : 1 }, ...below];
}

async function lookAt(path: string): Promise<BigIntStats | undefined> {
  return await unlessGone(lstat(rawPath(path), { bigint: true }));
}

async function compareBelow(
  before: string | undefined,
  handle: string,
  path: string,
): Promise<Change[]> {
  const child = await unlessGone(open(rawPath(handle), O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  if (child === undefined) return [];
  try {
    return await compareFolders(before, child, path);
  } finally {
    await child.close();
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(rawPath(folder), { encoding: 'buffer' })).map(nameText);
}

interface Pair {
  readonly was: BigIntStats;
  readonly old: string | undefined;
  readonly found: BigIntStats;
  readonly now: string;
}

function isOther({ was, old = '', found, now }: Pair): boolean {
  for (const key of ['mode', 'uid', 'gid', 'rdev'] as const)
    if (was[key] !== found[key]) return true;
  if (found.isDirectory()) return false;
  if (was.size !== found.size || was.mtimeNs !== found.mtimeNs) return true;
  return found.isFile() && !isSameCapability(old, now);
}

function isSameCapability(old: string, now: string): boolean {
  const [before, after] = [old, now].map((path) => capabilityOf(path));
  return (before ?? '') === (after ?? '');
}

function capabilityOf(path: string): string | undefined {
  try {
    return getXattr(rawPath(path), 'security.capability')?.toString('hex');
  } catch {
    // Gone by now, or a file system without attributes.
    return undefined;
  }
}

/** Bytes in the files of `changes` below `root`, a hard-linked one counted once. */
export async function changedSize(root: string, changes: readonly Change[]): Promise<number> {
  const paths = new Set(changes.filter(({ Kind }) => Kind !== 2).map(({ Path }) => Path.slice(1)));
  if (paths.size === 0) return 0;
  return await sizeOfTree(root, (path, stat) => !paths.has(path) || isInitLink(path, stat));
}
