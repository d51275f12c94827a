import type { HostConfig } from '../../api/types/container.js';
import { InvalidParameter } from '../../base/errors.js';
import type { OciRlimit } from './oci.js';

/** The names that `--ulimit` knows (setrlimit(2)) and how /proc/<pid>/limits calls them. */
const limitTitles: Readonly<Record<string, string>> = {
  core: 'Max core file size',
  cpu: 'Max cpu time',
  data: 'Max data size',
  fsize: 'Max file size',
  locks: 'Max file locks',
  memlock: 'Max locked memory',
  msgqueue: 'Max msgqueue size',
  nice: 'Max nice priority',
  nofile: 'Max open files',
  nproc: 'Max processes',
  rss: 'Max resident set',
  rtprio: 'Max realtime priority',
  rttime: 'Max realtime timeout',
  sigpending: 'Max pending signals',
  stack: 'Max stack size',
};

/**
 * The limits asked for, none by default. They are clamped to our own hard limits: raising those takes
 * CAP_SYS_RESOURCE, and the runtime would refuse to start at all. `hardLimits` by name; one that is missing
 * is no limit. @throws InvalidParameter
 */
export function containerRlimits(
  ulimits: HostConfig['Ulimits'],
  hardLimits: ReadonlyMap<string, number>,
): OciRlimit[] {
  return (ulimits ?? []).map(({ Name, Soft, Hard }) => {
    const name = Name.toLowerCase();
    if (!(name in limitTitles)) throw new InvalidParameter(`invalid ulimit type: ${Name}`);
    const ceiling = hardLimits.get(name) ?? Number.POSITIVE_INFINITY;
    const hard = Math.min(Hard < 0 ? Number.POSITIVE_INFINITY : Hard, ceiling);
    const soft = Math.min(Soft < 0 ? Number.POSITIVE_INFINITY : Soft, hard);
    return { type: `RLIMIT_${name.toUpperCase()}`, soft: limitOf(soft), hard: limitOf(hard) };
  });
}

/** Reads the hard limits from the text of /proc/<pid>/limits; unlimited ones are left out. */
export function parseHardLimits(text: string): ReadonlyMap<string, number> {
  const limits = new Map<string, number>();
  for (const [name, title] of Object.entries(limitTitles)) {
    const line = text.split('\n').find((candidate) => candidate.startsWith(title));
    const hard = line?.slice(title.length).trim().split(/\s+/)[1];
    if (hard !== undefined && /^\d+$/.test(hard)) limits.set(name, Number(hard));
  }
  return limits;
}

function limitOf(value: number): OciRlimit['soft'] {
  return value === Number.POSITIVE_INFINITY ? 'RLIM_INFINITY' : value;
}
