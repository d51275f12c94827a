import type { HostConfig } from '../../api/types/container.js';
import { InvalidParameter } from '../../base/errors.js';
import type { OciResources, OciThrottle, OciWeightDevice } from './oci.js';

/**
 * The limits of a container as the API has them, of `create` and of `update`; see `containerLimits` for what the
 * runtime makes of them.
 */
export type LimitSettings = Pick<
  HostConfig,
  | 'Memory'
  | 'MemorySwap'
  | 'MemoryReservation'
  | 'MemorySwappiness'
  | 'KernelMemory'
  | 'OomKillDisable'
  | 'NanoCpus'
  | 'CpuShares'
  | 'CpuPeriod'
  | 'CpuQuota'
  | 'CpuRealtimePeriod'
  | 'CpuRealtimeRuntime'
  | 'CpusetCpus'
  | 'CpusetMems'
  | 'PidsLimit'
  | 'BlkioWeight'
  | 'BlkioWeightDevice'
  | 'BlkioDeviceReadBps'
  | 'BlkioDeviceWriteBps'
  | 'BlkioDeviceReadIOps'
  | 'BlkioDeviceWriteIOps'
>;

/** A device's numbers. */
export interface DeviceNumber {
  readonly major: number;
  readonly minor: number;
}

/** Looks block devices up. */
export interface LimitFacts {
  /** Undefined if there is no such file. */
  deviceNumber(path: string): DeviceNumber | undefined;
}

/** Microseconds in which a CPU quota counts, Docker's and the kernel's default. */
const CPU_PERIOD_US = 100_000;
const NANO = 1e9;

/**
 * Memory, CPU, process and disk limits in the runtime's terms, without the devices; for a new container and for
 * one that is updated. What the kernel can't do is gone by now (`checkLimits`). The runtime turns it into files of
 * cgroup v1 or v2. @throws InvalidParameter for a block device that isn't there
 */
export function containerLimits(
  limits: LimitSettings,
  facts: LimitFacts,
): Omit<OciResources, 'devices'> {
  const memory = memoryLimits(limits);
  const cpu = cpuLimits(limits);
  const blockIO = blockLimits(limits, facts);
  const pids = limits.PidsLimit ?? 0;
  return {
    ...(isEmpty(memory) ? {} : { memory }),
    ...(isEmpty(cpu) ? {} : { cpu }),
    ...(isEmpty(blockIO) ? {} : { blockIO }),
    ...(pids > 0 ? { pids: { limit: pids } } : {}),
  };
}

function memoryLimits(limits: LimitSettings): NonNullable<OciResources['memory']> {
  const { MemorySwappiness: swappiness } = limits;
  return {
    ...(limits.Memory > 0 ? { limit: limits.Memory } : {}),
    ...(limits.MemoryReservation > 0 ? { reservation: limits.MemoryReservation } : {}),
    ...swapLimit(limits),
    ...(swappiness != null && swappiness >= 0 ? { swappiness } : {}),
    ...(limits.OomKillDisable ? { disableOOMKiller: true } : {}),
  };
}

/** Memory and swap together: twice the memory unless asked for, -1 for any amount. */
function swapLimit({ Memory, MemorySwap }: LimitSettings): { swap?: number } {
  const swap = MemorySwap || (Memory > 0 ? 2 * Memory : 0);
  return swap === 0 ? {} : { swap };
}

function cpuLimits(limits: LimitSettings): NonNullable<OciResources['cpu']> {
  const byCount = limits.NanoCpus > 0;
  const quota = byCount ? (limits.NanoCpus * CPU_PERIOD_US) / NANO : limits.CpuQuota;
  const period = byCount ? CPU_PERIOD_US : limits.CpuPeriod;
  return {
    ...(limits.CpuShares > 0 ? { shares: limits.CpuShares } : {}),
    ...(quota > 0 ? { quota: Math.floor(quota) } : {}),
    ...(period > 0 ? { period } : {}),
    ...(limits.CpuRealtimeRuntime ? { realtimeRuntime: limits.CpuRealtimeRuntime } : {}),
    ...(limits.CpuRealtimePeriod ? { realtimePeriod: limits.CpuRealtimePeriod } : {}),
    ...(limits.CpusetCpus ? { cpus: limits.CpusetCpus } : {}),
    ...(limits.CpusetMems ? { mems: limits.CpusetMems } : {}),
  };
}

function blockLimits(
  limits: LimitSettings,
  facts: LimitFacts,
): NonNullable<OciResources['blockIO']> {
  const throttles = (rates: LimitSettings['BlkioDeviceReadBps']): OciThrottle[] =>
    (rates ?? []).map(({ Path, Rate }) => ({ ...numbersOf(Path, facts), rate: Rate }));
  const weightDevice = (limits.BlkioWeightDevice ?? []).map(
    ({ Path, Weight }): OciWeightDevice => ({ ...numbersOf(Path, facts), weight: Weight }),
  );
  const all = {
    weightDevice,
    throttleReadBpsDevice: throttles(limits.BlkioDeviceReadBps),
    throttleWriteBpsDevice: throttles(limits.BlkioDeviceWriteBps),
    throttleReadIOPSDevice: throttles(limits.BlkioDeviceReadIOps),
    throttleWriteIOPSDevice: throttles(limits.BlkioDeviceWriteIOps),
  };
  const given = Object.entries(all).filter(([, devices]) => devices.length > 0);
  return {
    ...(limits.BlkioWeight > 0 ? { weight: limits.BlkioWeight } : {}),
    ...Object.fromEntries(given),
  };
}

function numbersOf(path: string, facts: LimitFacts): DeviceNumber {
  const found = facts.deviceNumber(path);
  if (!found) throw new InvalidParameter(`stat ${path}: no such file or directory`);
  return { major: found.major, minor: found.minor };
}

function isEmpty(object: object): boolean {
  return Object.keys(object).length === 0;
}
