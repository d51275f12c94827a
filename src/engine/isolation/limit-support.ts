import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path/posix';

/** Which limits this machine's kernel can set. Names as Docker's `GET /info` has them where it has any. */
export interface LimitSupport {
  readonly cgroupVersion: 1 | 2;
  readonly memory: boolean;
  readonly swap: boolean;
  readonly reservation: boolean;
  readonly oomKillDisable: boolean;
  readonly swappiness: boolean;
  readonly cpuShares: boolean;
  /** Quota and period. */
  readonly cpuCfs: boolean;
  readonly cpuRealtime: boolean;
  readonly cpuset: boolean;
  /** CPUs and memory nodes that there are, as the kernel lists them: `0-3`. */
  readonly cpus: string;
  readonly mems: string;
  readonly cpuCount: number;
  readonly pids: boolean;
  readonly blkioWeight: boolean;
  readonly blkioWeightDevice: boolean;
  readonly blkioReadBps: boolean;
  readonly blkioWriteBps: boolean;
  readonly blkioReadIops: boolean;
  readonly blkioWriteIops: boolean;
  readonly cgroupNamespaces: boolean;
}

/** Looks at the cgroup mounts below `root`. `version` is that of the tree that limits are set in. */
export function readLimitSupport(root: string, version: 1 | 2): LimitSupport {
  const found = version === 2 ? unified(root) : legacy(root);
  return {
    ...found,
    cgroupVersion: version,
    // Which CPUs we may run on ourselves does not matter: the list says what there is.
    cpuCount: Math.max(cpus().length, availableParallelism()),
    cgroupNamespaces: existsSync('/proc/self/ns/cgroup'),
  };
}

type FromTree = Omit<LimitSupport, 'cgroupVersion' | 'cpuCount' | 'cgroupNamespaces'>;

/** v1: a folder for each controller, and a file for each thing that it can do. */
function legacy(root: string): FromTree {
  const has = (controller: string, file: string) => existsSync(join(root, controller, file));
  return {
    memory: has('memory', 'memory.limit_in_bytes'),
    swap: has('memory', 'memory.memsw.limit_in_bytes'),
    reservation: has('memory', 'memory.soft_limit_in_bytes'),
    oomKillDisable: has('memory', 'memory.oom_control'),
    swappiness: has('memory', 'memory.swappiness'),
    cpuShares: has('cpu', 'cpu.shares'),
    cpuCfs: has('cpu', 'cpu.cfs_quota_us'),
    cpuRealtime: has('cpu', 'cpu.rt_period_us'),
    cpuset: has('cpuset', 'cpuset.cpus'),
    cpus: textOf(join(root, 'cpuset/cpuset.cpus')),
    mems: textOf(join(root, 'cpuset/cpuset.mems')),
    pids: has('pids', 'cgroup.procs'),
    // Only the CFQ scheduler of old kernels had the first two; runtimes use BFQ's file for the weight.
    blkioWeight: has('blkio', 'blkio.weight'),
    blkioWeightDevice: has('blkio', 'blkio.weight_device'),
    blkioReadBps: has('blkio', 'blkio.throttle.read_bps_device'),
    blkioWriteBps: has('blkio', 'blkio.throttle.write_bps_device'),
    blkioReadIops: has('blkio', 'blkio.throttle.read_iops_device'),
    blkioWriteIops: has('blkio', 'blkio.throttle.write_iops_device'),
  };
}

/** v2: one list of controllers; what each can do is always the same (Documentation/admin-guide/cgroup-v2.rst). */
function unified(root: string): FromTree {
  const controllers = textOf(join(root, 'cgroup.controllers')).split(/\s+/);
  const has = (name: string) => controllers.includes(name);
  const [memory, cpu, io] = [has('memory'), has('cpu'), has('io')];
  return {
    memory,
    swap: memory,
    reservation: memory,
    oomKillDisable: false,
    swappiness: false,
    cpuShares: cpu,
    cpuCfs: cpu,
    cpuRealtime: false,
    cpuset: has('cpuset'),
    cpus: textOf(join(root, 'cpuset.cpus.effective')),
    mems: textOf(join(root, 'cpuset.mems.effective')),
    pids: has('pids'),
    blkioWeight: io,
    blkioWeightDevice: io,
    blkioReadBps: io,
    blkioWriteBps: io,
    blkioReadIops: io,
    blkioWriteIops: io,
  };
}

/** The file's text without its line end; empty if there is no such file. */
function textOf(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
}
