import type { LimitSupport } from './limit-support.js';

/** A machine with two CPUs that can limit all that its version of cgroups knows. */
export function fullSupport(cgroupVersion: 1 | 2): LimitSupport {
  const legacy = cgroupVersion === 1;
  return {
    cgroupVersion,
    memory: true,
    swap: true,
    reservation: true,
    oomKillDisable: legacy,
    swappiness: legacy,
    cpuShares: true,
    cpuCfs: true,
    cpuRealtime: legacy,
    cpuset: true,
    cpus: '0-1',
    mems: '0',
    cpuCount: 2,
    pids: true,
    blkioWeight: true,
    blkioWeightDevice: true,
    blkioReadBps: true,
    blkioWriteBps: true,
    blkioReadIops: true,
    blkioWriteIops: true,
    cgroupNamespaces: true,
  };
}

/** One that can limit nothing. */
export function noSupport(cgroupVersion: 1 | 2): LimitSupport {
  const none = Object.entries(fullSupport(cgroupVersion)).map(([key, value]) => [
    key,
    typeof value === 'boolean' ? false : value,
  ]);
  return { ...fullSupport(cgroupVersion), ...Object.fromEntries(none), cpus: '', mems: '' };
}
