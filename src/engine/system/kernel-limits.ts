/** Docker API: which limits of `SystemInfo` the kernel can keep. */
export interface KernelLimits {
  readonly MemoryLimit: boolean;
  readonly SwapLimit: boolean;
  readonly OomKillDisable: boolean;
  readonly CpuCfsPeriod: boolean;
  readonly CpuCfsQuota: boolean;
  readonly CPUShares: boolean;
  readonly CPUSet: boolean;
  readonly PidsLimit: boolean;
}

/** The files of a host as far as they are asked for. */
export interface HostFiles {
  exists(path: string): boolean;
  /** Undefined if it isn't there. */
  read(path: string): string | undefined;
}

const root = '/sys/fs/cgroup';

/** cgroups(7): the files of version 1 where there are any, else the controllers of version 2. */
export function kernelLimits(files: HostFiles): KernelLimits {
  const unified = files.read(`${root}/cgroup.controllers`);
  return unified === undefined ? limitsOfV1(files) : limitsOfV2(unified, files);
}

function limitsOfV1({ exists }: HostFiles): KernelLimits {
  const has = (file: string) => exists(`${root}/${file}`);
  return {
    MemoryLimit: has('memory/memory.limit_in_bytes'),
    SwapLimit: has('memory/memory.memsw.limit_in_bytes'),
    OomKillDisable: has('memory/memory.oom_control'),
    CpuCfsPeriod: has('cpu/cpu.cfs_period_us'),
    CpuCfsQuota: has('cpu/cpu.cfs_quota_us'),
    CPUShares: has('cpu/cpu.shares'),
    CPUSet: has('cpuset/cpuset.cpus'),
    PidsLimit: has('pids/cgroup.procs'),
  };
}

function limitsOfV2(controllers: string, files: HostFiles): KernelLimits {
  const list = controllers.trim().split(/\s+/);
  const has = (name: string) => list.includes(name);
  return {
    MemoryLimit: has('memory'),
    SwapLimit: has('memory') && countsSwap(files),
    OomKillDisable: false,
    CpuCfsPeriod: has('cpu'),
    CpuCfsQuota: has('cpu'),
    CPUShares: has('cpu'),
    CPUSet: has('cpuset'),
    PidsLimit: has('pids'),
  };
}

/** The root group has no limits, so our own is looked at; in the root group ourselves, the kernel's own list is asked. */
function countsSwap({ exists, read }: HostFiles): boolean {
  const own = /^0::(.*)$/m.exec(read('/proc/self/cgroup') ?? '')?.[1] ?? '/';
  return own === '/' ? exists('/proc/swaps') : exists(`${root}${own}/memory.swap.max`);
}

/** What `info` warns of, in dockerd's words. */
export function limitWarnings(limits: KernelLimits, cgroupVersion: '1' | '2'): string[] {
  const lacks: readonly (readonly [boolean, string])[] = [
    [limits.MemoryLimit, 'memory limit'],
    [limits.SwapLimit, 'swap limit'],
    [limits.OomKillDisable || cgroupVersion === '2', 'oom kill disable'],
    [limits.CpuCfsQuota, 'cpu cfs quota'],
    [limits.CpuCfsPeriod, 'cpu cfs period'],
    [limits.CPUShares, 'cpu shares'],
    [limits.CPUSet, 'cpuset'],
  ];
  return lacks.filter(([has]) => !has).map(([, what]) => `WARNING: No ${what} support`);
}
