import { walk } from './walk.js';

/**
 * Bytes in the files below `root` as Docker counts them: lengths, not blocks; folders don't count, a hard-linked file
 * counts once.
 */
export async function sizeOfTree(root: string): Promise<number> {
  const links = new Set<bigint>();
  let size = 0;
  for await (const { stat } of walk(root)) {
    if (stat.isDirectory() || links.has(stat.ino)) continue;
    if (stat.nlink > 1n) links.add(stat.ino);
    size += Number(stat.size);
  }
  return size;
}
