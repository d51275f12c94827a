import { walk } from '../storage/walk.js';

/** Bytes of all files in a folder, each once however many names it has. */
export async function sizeOf(folder: string): Promise<number> {
  const seen = new Set<bigint>();
  let total = 0n;
  for await (const { stat } of walk(folder)) {
    if (stat.isDirectory() || seen.has(stat.ino)) continue;
    if (stat.nlink > 1n) seen.add(stat.ino);
    total += stat.size;
  }
  return Number(total);
}
