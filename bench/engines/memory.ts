import { readFileSync } from 'node:fs';

/** Memory of some processes, in MB of 10^6 bytes. */
export interface Memory {
  /** Resident; pages shared by several processes count in each. */
  readonly rss: number;
  /** Proportional: a page shared by n processes counts 1/n in each. */
  readonly pss: number;
}

/** The sum over processes; one that has ended meanwhile counts nothing. Source: /proc/PID/smaps_rollup. */
export function memoryOf(pids: readonly number[]): Memory {
  const each = pids.map(readMemory);
  const sum = (key: keyof Memory) => each.reduce((total, memory) => total + memory[key], 0);
  return { rss: sum('rss'), pss: sum('pss') };
}

function readMemory(pid: number): Memory {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    return { rss: field(rollup, 'Rss'), pss: field(rollup, 'Pss') };
  } catch {
    return { rss: 0, pss: 0 };
  }
}

function field(rollup: string, name: string): number {
  const kibibytes = new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(rollup)?.[1];
  return (Number(kibibytes ?? 0) * 1024) / 1e6;
}
