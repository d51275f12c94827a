import type { HostConfig } from '../../api/types/container.js';
import type { OciResources } from './oci.js';

/** Microseconds in which a CPU quota counts, Docker's and the kernel's default. */
const CPU_PERIOD_US = 100_000;
const NANO = 1e9;

/** Whether the kernel does what a limit needs; Docker drops the rest with a warning. */
export interface ResourceFacts {
  readonly cgroupVersion: 1 | 2;
  /** Whether swap can be limited (on v1 `swapaccount=1`). */
  readonly swapLimit: boolean;
}

/** Memory, CPU and process limits of a container, without the devices. */
export function containerLimits(
  host: HostConfig,
  facts: ResourceFacts,
): Omit<OciResources, 'devices'> {
  const memory = memoryLimits(host, facts);
  const cpu = cpuLimits(host);
  const pids = host.PidsLimit ?? 0;
  return {
    ...(isEmpty(memory) ? {} : { memory }),
    ...(isEmpty(cpu) ? {} : { cpu }),
    ...(pids > 0 ? { pids: { limit: pids } } : {}),
  };
}

function memoryLimits(host: HostConfig, facts: ResourceFacts): NonNullable<OciResources['memory']> {
  const swap = host.MemorySwap || (host.Memory > 0 ? 2 * host.Memory : 0);
  const swappiness = host.MemorySwappiness ?? -1;
  return {
    ...(host.Memory > 0 ? { limit: host.Memory } : {}),
    ...(host.MemoryReservation > 0 ? { reservation: host.MemoryReservation } : {}),
    ...(swap !== 0 && facts.swapLimit ? { swap } : {}),
    ...(swappiness >= 0 && facts.cgroupVersion === 1 ? { swappiness } : {}),
    ...(host.OomKillDisable && facts.cgroupVersion === 1 ? { disableOOMKiller: true } : {}),
  };
}

function cpuLimits(host: HostConfig): NonNullable<OciResources['cpu']> {
  const quota = host.NanoCpus > 0 ? (host.NanoCpus * CPU_PERIOD_US) / NANO : host.CpuQuota;
  const period = host.NanoCpus > 0 ? CPU_PERIOD_US : host.CpuPeriod;
  return {
    ...(host.CpuShares > 0 ? { shares: host.CpuShares } : {}),
    ...(quota ? { quota: Math.round(quota) } : {}),
    ...(period > 0 ? { period } : {}),
    ...(host.CpusetCpus ? { cpus: host.CpusetCpus } : {}),
    ...(host.CpusetMems ? { mems: host.CpusetMems } : {}),
  };
}

function isEmpty(object: object): boolean {
  return Object.keys(object).length === 0;
}
