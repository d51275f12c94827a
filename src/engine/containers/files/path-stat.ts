import type { PathStat } from '../../../api/types/archive.js';
import { goMode } from './go-mode.js';
import type { Held } from './held.js';
import type { WantedPath } from './path.js';
import type { ContainerTree } from './tree.js';

/** What the API tells of a file. */
export async function pathStat(
  tree: ContainerTree,
  held: Held,
  wanted: WantedPath,
): Promise<PathStat> {
  const stat = await held.stat();
  return {
    name: wanted.base,
    size: Number(stat.size),
    mode: goMode(Number(stat.mode)),
    mtime: goTime(stat.mtimeNs),
    linkTarget: stat.isSymbolicLink() ? await tree.target(wanted.names) : '',
  };
}

/** Nanoseconds since 1970 as Go writes a time: RFC 3339 without zeros at the end of the second. */
export function goTime(ns: bigint): string {
  const second = 1_000_000_000n;
  const rest = ((ns % second) + second) % second;
  const text = new Date(Number((ns - rest) / 1_000_000n)).toISOString().replace(/\.\d+Z$/, '');
  const fraction = rest.toString().padStart(9, '0').replace(/0+$/, '');
  return `${text}${fraction && `.${fraction}`}Z`;
}
