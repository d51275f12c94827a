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

type Ulimits = NonNullable<HostConfig['Ulimits']>;

/** Limits of a process, and what of them could not be had. */
export interface ContainerRlimits {
  readonly rlimits: readonly OciRlimit[];
  /** Sentences for the log. */
  readonly clamped: readonly string[];
}

/** The container's own limits, and those of the daemon that it doesn't name. */
export function withDefaultUlimits(own: Ulimits, defaults: Ulimits): Ulimits {
  const names = new Set(own.map(({ Name }) => Name));
  return [...own, ...defaults.filter(({ Name }) => !names.has(Name))];
}

/** @throws InvalidParameter in Docker's words */
export function checkUlimits(ulimits: Ulimits): void {
  for (const { Name, Soft, Hard } of ulimits) {
    if (!Object.hasOwn(limitTitles, Name.toLowerCase())) {
      throw new InvalidParameter(`invalid ulimit type: ${Name}`);
    }
    const isOver = Hard !== -1 && (Soft === -1 || Soft > Hard);
    if (isOver) {
      throw new InvalidParameter(
        `ulimit soft limit must be less than or equal to hard limit: ${Soft} > ${Hard}`,
      );
    }
  }
}

/**
 * The limits asked for. Where raising them over our own hard limits is not ours (it takes CAP_SYS_RESOURCE), they are
 * clamped to those: the runtime would refuse to start at all. `ceilings` by name; one that is missing is no limit.
 * @throws InvalidParameter
 */
export function containerRlimits(
  ulimits: Ulimits,
  ceilings: ReadonlyMap<string, number>,
): ContainerRlimits {
  checkUlimits(ulimits);
  const clamped: string[] = [];
  const rlimits = ulimits.map(({ Name, Soft, Hard }) => {
    const name = Name.toLowerCase();
    const ceiling = ceilings.get(name) ?? Number.POSITIVE_INFINITY;
    const wanted = Hard < 0 ? Number.POSITIVE_INFINITY : Hard;
    const hard = Math.min(wanted, ceiling);
    const soft = Math.min(Soft < 0 ? Number.POSITIVE_INFINITY : Soft, hard);
    if (hard < wanted) {
      clamped.push(`ulimit ${name}: ${hard} instead of ${Hard}, more is not the daemon's to give`);
    }
    return { type: `RLIMIT_${name.toUpperCase()}`, soft: limitOf(soft), hard: limitOf(hard) };
  });
  return { rlimits, clamped };
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
