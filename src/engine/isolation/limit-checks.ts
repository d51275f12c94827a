import { InvalidParameter, messageOf } from '../../base/errors.js';
import { isWithin } from './cpu-list.js';
import type { LimitSupport } from './limit-support.js';
import type { LimitSettings } from './resources.js';

/** Limits that can be set here, and what had to be left out. */
export interface CheckedLimits<T extends LimitSettings> {
  readonly limits: T;
  /** Docker's sentences, for the client. */
  readonly warnings: readonly string[];
}

/** Docker's lower bound: the runtime itself needs some. */
const MIN_MEMORY_BYTES = 6 * 1024 * 1024;
const NOT_MOUNTED = 'or the cgroup is not mounted.';

/** A wish that this machine's kernel may be unable to fulfil. */
interface Wish {
  readonly isAsked: (limits: LimitSettings) => boolean;
  readonly isSupported: (support: LimitSupport) => boolean;
  readonly warning: string;
  /** What becomes of it. */
  readonly instead: Partial<LimitSettings>;
}

const kernel = (what: string, outcome: string) =>
  `Your kernel does not support ${what} ${NOT_MOUNTED} ${outcome}`;

const throttle = (
  field:
    | 'BlkioDeviceReadBps'
    | 'BlkioDeviceWriteBps'
    | 'BlkioDeviceReadIOps'
    | 'BlkioDeviceWriteIOps',
  support: 'blkioReadBps' | 'blkioWriteBps' | 'blkioReadIops' | 'blkioWriteIops',
  [what, short]: readonly [string, string],
): Wish => ({
  isAsked: (limits) => (limits[field] ?? []).length > 0,
  isSupported: (there) => there[support],
  warning: kernel(what, `Block I/O ${short} limit discarded.`),
  instead: { [field]: [] },
});

/** In Docker's order, which is also that of the warnings. */
const wishes: readonly Wish[] = [
  {
    isAsked: ({ Memory }) => Memory > 0,
    isSupported: ({ memory }) => memory,
    warning: kernel('memory limit capabilities', 'Limitation discarded.'),
    instead: { Memory: 0, MemorySwap: -1 },
  },
  {
    isAsked: ({ Memory, MemorySwap }) => Memory > 0 && MemorySwap !== -1,
    isSupported: ({ swap }) => swap,
    warning: kernel('swap limit capabilities', 'Memory limited without swap.'),
    instead: { MemorySwap: -1 },
  },
  {
    isAsked: ({ MemorySwappiness }) => MemorySwappiness != null,
    isSupported: ({ swappiness }) => swappiness,
    warning: kernel('memory swappiness capabilities', 'Memory swappiness discarded.'),
    instead: { MemorySwappiness: null },
  },
  {
    isAsked: ({ MemoryReservation }) => MemoryReservation > 0,
    isSupported: ({ reservation }) => reservation,
    warning: kernel('memory soft limit capabilities', 'Limitation discarded.'),
    instead: { MemoryReservation: 0 },
  },
  {
    // No kernel since 5.4 keeps such a limit, and no runtime sets it, though v1 still has a file for it.
    isAsked: ({ KernelMemory }) => KernelMemory > 0,
    isSupported: () => false,
    warning: kernel('kernel memory limit capabilities', 'Limitation discarded.'),
    instead: { KernelMemory: 0 },
  },
  {
    isAsked: ({ OomKillDisable }) => OomKillDisable === true,
    isSupported: ({ oomKillDisable }) => oomKillDisable,
    warning: 'Your kernel does not support OomKillDisable. OomKillDisable discarded.',
    instead: { OomKillDisable: null },
  },
  {
    isAsked: ({ PidsLimit }) => (PidsLimit ?? 0) > 0,
    isSupported: ({ pids }) => pids,
    warning: kernel('PIDs limit capabilities', 'PIDs limit discarded.'),
    instead: { PidsLimit: null },
  },
  {
    isAsked: ({ CpuShares }) => CpuShares > 0,
    isSupported: ({ cpuShares }) => cpuShares,
    warning: kernel('CPU shares', 'Shares discarded.'),
    instead: { CpuShares: 0 },
  },
  {
    isAsked: ({ CpuPeriod, CpuQuota }) => CpuPeriod !== 0 || CpuQuota !== 0,
    isSupported: ({ cpuCfs }) => cpuCfs,
    warning: 'Your kernel does not support CPU CFS scheduler. CPU period/quota discarded.',
    instead: { CpuPeriod: 0, CpuQuota: 0 },
  },
  {
    isAsked: ({ CpusetCpus, CpusetMems }) => CpusetCpus !== '' || CpusetMems !== '',
    isSupported: ({ cpuset }) => cpuset,
    warning: kernel('cpuset', 'Cpuset discarded.'),
    instead: { CpusetCpus: '', CpusetMems: '' },
  },
  {
    isAsked: ({ BlkioWeight }) => BlkioWeight > 0,
    isSupported: ({ blkioWeight }) => blkioWeight,
    warning: kernel('Block I/O weight', 'Weight discarded.'),
    instead: { BlkioWeight: 0 },
  },
  {
    isAsked: ({ BlkioWeightDevice }) => (BlkioWeightDevice ?? []).length > 0,
    isSupported: ({ blkioWeightDevice }) => blkioWeightDevice,
    warning: kernel('Block I/O weight_device', 'Weight-device discarded.'),
    instead: { BlkioWeightDevice: [] },
  },
  throttle('BlkioDeviceReadBps', 'blkioReadBps', ['BPS Block I/O read limit', 'BPS read']),
  throttle('BlkioDeviceWriteBps', 'blkioWriteBps', ['BPS Block I/O write limit', 'BPS write']),
  throttle('BlkioDeviceReadIOps', 'blkioReadIops', ['IOPS Block read limit', 'IOPS read']),
  throttle('BlkioDeviceWriteIOps', 'blkioWriteIops', ['IOPS Block write limit', 'IOPS write']),
];

/** What must not be, whatever the kernel can do. */
type Refusal = readonly [isSo: (limits: LimitSettings) => boolean, text: string];

const refusals: readonly Refusal[] = [
  [
    ({ Memory }) => Memory !== 0 && Memory < MIN_MEMORY_BYTES,
    'Minimum memory limit allowed is 6MB',
  ],
  [
    ({ Memory, MemorySwap }) => Memory > 0 && MemorySwap > 0 && MemorySwap < Memory,
    'Minimum memoryswap limit should be larger than memory limit, see usage',
  ],
  [
    ({ MemoryReservation: soft }) => soft > 0 && soft < MIN_MEMORY_BYTES,
    'Minimum memory reservation allowed is 6MB',
  ],
  [
    ({ Memory, MemoryReservation: soft }) => Memory > 0 && soft > 0 && Memory < soft,
    'Minimum memory limit can not be less than memory reservation limit, see usage',
  ],
  [
    ({ NanoCpus, CpuPeriod }) => NanoCpus > 0 && CpuPeriod > 0,
    'Conflicting options: Nano CPUs and CPU Period cannot both be set',
  ],
  [
    ({ NanoCpus, CpuQuota }) => NanoCpus > 0 && CpuQuota > 0,
    'Conflicting options: Nano CPUs and CPU Quota cannot both be set',
  ],
  [
    ({ CpuPeriod: period }) => period !== 0 && (period < 1000 || period > 1_000_000),
    'CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)',
  ],
  [
    ({ CpuQuota: quota }) => quota > 0 && quota < 1000,
    'CPU cfs quota can not be less than 1ms (i.e. 1000)',
  ],
  [
    ({ BlkioWeight: weight }) => weight > 0 && (weight < 10 || weight > 1000),
    'Range of blkio weight is from 10 to 1000',
  ],
  [
    ({ CpuRealtimePeriod: period, CpuRealtimeRuntime: runtime }) =>
      period !== 0 && runtime !== 0 && runtime > period,
    'cpu real-time runtime cannot be higher than cpu real-time period',
  ],
];

/**
 * Leaves out what the machine can't limit, with a warning, and refuses what can't be, both in Docker's words.
 * @param isUpdate whether they are set over those that a container has already
 * @throws InvalidParameter
 */
export function checkLimits<T extends LimitSettings>(
  asked: T,
  support: LimitSupport,
  isUpdate: boolean,
): CheckedLimits<T> {
  // Clients write "the kernel's own" as -1.
  let limits: T = { ...asked, MemorySwappiness: swappiness(asked) };
  const warnings: string[] = [];
  refuse(limits, support);
  for (const { isAsked, isSupported, warning, instead } of wishes) {
    if (!isAsked(limits) || isSupported(support)) continue;
    warnings.push(warning);
    limits = { ...limits, ...instead };
  }
  checkSwap(limits, isUpdate);
  checkCpusets(limits, support);
  if (limits.OomKillDisable && limits.Memory === 0) {
    warnings.push(
      'OOM killer is disabled for the container, but no memory limit is set, this can result in the system running out of resources.',
    );
  }
  return { limits, warnings };
}

function swappiness({ MemorySwappiness: asked }: LimitSettings): number | null {
  return asked == null || asked === -1 ? null : asked;
}

function refuse(limits: LimitSettings, support: LimitSupport): void {
  const { NanoCpus, CpuShares, CpuRealtimePeriod, CpuRealtimeRuntime } = limits;
  const realtime = CpuRealtimePeriod !== 0 || CpuRealtimeRuntime !== 0;
  if (realtime && !support.cpuRealtime) {
    throw new InvalidParameter('kernel does not support CPU real-time scheduler');
  }
  const found = refusals.find(([isSo]) => isSo(limits));
  if (found) throw new InvalidParameter(found[1]);
  if (CpuShares < 0) {
    throw new InvalidParameter(
      `invalid CPU shares (${CpuShares}): value must be a positive integer`,
    );
  }
  if (NanoCpus > 0 && !support.cpuCfs) {
    throw new InvalidParameter(
      `NanoCPUs can not be set, as your kernel does not support CPU CFS scheduler ${NOT_MOUNTED.slice(0, -1)}`,
    );
  }
  const count = support.cpuCount;
  if (NanoCpus < 0 || NanoCpus > count * 1e9) {
    throw new InvalidParameter(
      `range of CPUs is from 0.01 to ${count}.00, as there are only ${count} CPUs available`,
    );
  }
}

function checkSwap({ Memory, MemorySwap, MemorySwappiness }: LimitSettings, isUpdate: boolean) {
  if (Memory === 0 && MemorySwap > 0 && !isUpdate) {
    throw new InvalidParameter(
      'You should always set the Memory limit when using Memoryswap limit, see usage',
    );
  }
  if (MemorySwappiness != null && (MemorySwappiness < 0 || MemorySwappiness > 100)) {
    throw new InvalidParameter(
      `Invalid value: ${MemorySwappiness}, valid memory swappiness range is 0-100`,
    );
  }
}

function checkCpusets({ CpusetCpus, CpusetMems }: LimitSettings, { cpus, mems }: LimitSupport) {
  const kinds = [
    { asked: CpusetCpus, available: cpus, key: 'cpus', title: 'CPUs' },
    { asked: CpusetMems, available: mems, key: 'mems', title: 'memory nodes' },
  ];
  for (const { asked, available, key, title } of kinds) {
    if (isListWithin(asked, available, key)) continue;
    throw new InvalidParameter(
      `Requested ${title} are not available - requested ${asked}, available: ${available}`,
    );
  }
}

function isListWithin(asked: string, available: string, key: string): boolean {
  try {
    return isWithin(asked, available);
  } catch (cause) {
    throw new InvalidParameter(`Invalid value ${asked} for cpuset ${key}: ${messageOf(cause)}`, {
      cause,
    });
  }
}
