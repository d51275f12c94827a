import type { BigIntStats } from 'node:fs';
import { walk } from './walk.js';

/**
 * Bytes in the files below `root` as Docker counts them: lengths, not blocks; folders don't count, a hard-linked file
 * counts once.
 */
export async function sizeOfTree(
  root: string,
  isLeftOut: (path: string, stat: BigIntStats) => boolean = () => false,
): Promise<number> {
  const links = new Set<bigint>();
  let size = 0;
  for await (const { path, stat } of walk(root)) {
    if (stat.isDirectory() || links.has(stat.ino) || isLeftOut(path, stat)) continue;
    if (stat.nlink > 1n) links.add(stat.ino);
    size += Number(stat.size);
  }
  return size;
}
