import type { ContainerUpdate, HostConfig } from '../../../api/types/container.js';
import { Conflict } from '../../../base/errors.js';
import { isRestarting } from '../restart/policy.js';

/** Limits that an update may change: what is 0 or '' in it stays. */
const numbers = [
  'BlkioWeight',
  'CpuShares',
  'NanoCpus',
  'CpuPeriod',
  'CpuQuota',
  'Memory',
  'MemorySwap',
  'MemoryReservation',
  'CpuRealtimePeriod',
  'CpuRealtimeRuntime',
] as const;
const texts = ['CpusetCpus', 'CpusetMems'] as const;

type Clash = readonly [isSo: (wanted: ContainerUpdate, has: HostConfig) => boolean, text: string];

/** In Docker's words and order: CPUs are limited one way or the other. */
const clashes: readonly Clash[] = [
  [
    (wanted, has) => wanted.NanoCpus > 0 && has.CpuPeriod > 0,
    'Conflicting options: Nano CPUs cannot be updated as CPU Period has already been set',
  ],
  [
    (wanted, has) => wanted.NanoCpus > 0 && has.CpuQuota > 0,
    'Conflicting options: Nano CPUs cannot be updated as CPU Quota has already been set',
  ],
  [
    (wanted, has) => wanted.CpuPeriod > 0 && has.NanoCpus > 0,
    'Conflicting options: CPU Period cannot be updated as NanoCPUs has already been set',
  ],
  [
    (wanted, has) => wanted.CpuQuota > 0 && has.NanoCpus > 0,
    'Conflicting options: CPU Quota cannot be updated as NanoCPUs has already been set',
  ],
  [
    (wanted, has) => wanted.Memory > 0 && wanted.MemorySwap === 0 && wanted.Memory > has.MemorySwap,
    'Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time',
  ],
  [
    (wanted, has) => has.AutoRemove && isRestarting(wanted.RestartPolicy),
    'Restart policy cannot be updated because AutoRemove is enabled for the container',
  ],
];

/** A container's settings with an update over them. @throws Conflict in Docker's words */
export function updated(has: HostConfig, wanted: ContainerUpdate): HostConfig {
  const clash = clashes.find(([isSo]) => isSo(wanted, has));
  if (clash) throw new Conflict(clash[1]);
  const policy = wanted.RestartPolicy;
  return {
    ...has,
    ...said(wanted),
    ...(wanted.PidsLimit != null && { PidsLimit: wanted.PidsLimit > 0 ? wanted.PidsLimit : null }),
    ...(policy?.Name && { RestartPolicy: policy }),
  };
}

/** The limits that an update says something about. */
function said(wanted: ContainerUpdate): Partial<HostConfig> {
  const found = [...numbers, ...texts].filter((name) => wanted[name] !== 0 && wanted[name] !== '');
  return Object.fromEntries(found.map((name) => [name, wanted[name]]));
}

/** Whether an update changes anything but the restart policy. */
export function hasLimits(wanted: ContainerUpdate): boolean {
  return wanted.PidsLimit != null || Object.keys(said(wanted)).length > 0;
}
