import { splitPair } from '../../parse/flag.js';
import type { PortBindings } from '../../parse/ports.js';
import { parseRestartPolicy } from '../../parse/restart-policy.js';
import { readText } from '../../parse/user-file.js';
import { type ContainerInput, listOrNull } from './body.js';

type Flags = ContainerInput['flags'];

/** Docker API: `HostConfig` of create. @throws Error in Docker's words */
export function hostConfig(
  flags: Flags,
  parts: { binds: readonly string[]; bindings: PortBindings; networkMode: string },
): object {
  checkModes(flags);
  const logOptions = Object.fromEntries(flags['log-opt'].map(splitPair));
  const annotations = flags.annotation;
  return {
    Binds: listOrNull(parts.binds),
    ContainerIDFile: flags.cidfile,
    LogConfig: { Type: flags['log-driver'], Config: logOptions },
    NetworkMode: parts.networkMode,
    PortBindings: parts.bindings,
    RestartPolicy: createdPolicy(flags),
    AutoRemove: flags.rm,
    VolumeDriver: flags['volume-driver'],
    VolumesFrom: listOrNull(flags['volumes-from']),
    ConsoleSize: [0, 0],
    ...(Object.keys(annotations).length > 0 && { Annotations: annotations }),
    CapAdd: capabilities(flags['cap-add']),
    CapDrop: capabilities(flags['cap-drop']),
    CgroupnsMode: cgroupns(flags.cgroupns),
    Dns: flags.dns,
    DnsOptions: [...flags['dns-option'], ...flags['dns-opt']],
    DnsSearch: flags['dns-search'],
    ExtraHosts: listOrNull(flags['add-host']),
    GroupAdd: listOrNull(flags['group-add']),
    IpcMode: flags.ipc,
    Cgroup: '',
    Links: listOrNull(flags.link),
    OomScoreAdj: flags['oom-score-adj'] ?? 0,
    PidMode: flags.pid,
    Privileged: flags.privileged,
    PublishAllPorts: flags['publish-all'],
    ReadonlyRootfs: flags['read-only'],
    SecurityOpt: securityOptions(flags['security-opt'].filter((one) => one !== SHOW_ALL)),
    ...tmpfs(flags.tmpfs),
    UTSMode: flags.uts,
    UsernsMode: flags.userns,
    ShmSize: flags['shm-size'] ?? 0,
    ...storageOptions(flags['storage-opt']),
    ...(Object.keys(flags.sysctl).length > 0 && { Sysctls: flags.sysctl }),
    ...(flags.runtime !== '' && { Runtime: flags.runtime }),
    Isolation: '',
    ...limits(flags),
    ...(flags.mount.length > 0 && { Mounts: flags.mount }),
    ...(flags.init && { Init: true }),
    ...hiddenPaths(flags['security-opt'].includes(SHOW_ALL)),
  };
}

function storageOptions(options: readonly string[]): object {
  return options.length > 0 ? { StorageOpt: Object.fromEntries(options.map(splitPair)) } : {};
}

/** The option that hides nothing of `/proc` and `/sys`; the daemon is told by two empty lists. */
const SHOW_ALL = 'systempaths=unconfined';

function hiddenPaths(none: boolean): object {
  return none ? { MaskedPaths: [], ReadonlyPaths: [] } : { MaskedPaths: null, ReadonlyPaths: null };
}

/** Resource limits. Those of Windows go out empty. */
function limits(flags: Flags): object {
  return {
    CpuShares: flags['cpu-shares'] ?? 0,
    Memory: flags.memory ?? 0,
    NanoCpus: flags.cpus ?? 0,
    CgroupParent: flags['cgroup-parent'],
    BlkioWeight: flags['blkio-weight'] ?? 0,
    BlkioWeightDevice: flags['blkio-weight-device'],
    BlkioDeviceReadBps: flags['device-read-bps'],
    BlkioDeviceWriteBps: flags['device-write-bps'],
    BlkioDeviceReadIOps: flags['device-read-iops'],
    BlkioDeviceWriteIOps: flags['device-write-iops'],
    CpuPeriod: flags['cpu-period'] ?? 0,
    CpuQuota: flags['cpu-quota'] ?? 0,
    CpuRealtimePeriod: flags['cpu-rt-period'] ?? 0,
    CpuRealtimeRuntime: flags['cpu-rt-runtime'] ?? 0,
    CpusetCpus: flags['cpuset-cpus'],
    CpusetMems: flags['cpuset-mems'],
    Devices: flags.device.map(device),
    DeviceCgroupRules: listOrNull(flags['device-cgroup-rule']),
    DeviceRequests: flags.gpus.length > 0 ? flags.gpus : null,
    ...(flags['kernel-memory'] && { KernelMemory: flags['kernel-memory'] }),
    MemoryReservation: flags['memory-reservation'] ?? 0,
    MemorySwap: flags['memory-swap'] ?? 0,
    MemorySwappiness: swappiness(flags['memory-swappiness'] ?? -1),
    OomKillDisable: flags['oom-kill-disable'],
    PidsLimit: flags['pids-limit'] ?? 0,
    Ulimits: flags.ulimit,
    CpuCount: 0,
    CpuPercent: 0,
    IOMaximumIOps: 0,
    IOMaximumBandwidth: 0,
  };
}

function checkModes({ pid, uts, userns }: Flags): void {
  if (!/^(host|container:.+)?$/.test(pid)) throw new Error('--pid: invalid PID mode');
  if (!/^(host)?$/.test(uts)) throw new Error('--uts: invalid UTS mode');
  if (!/^(host)?$/.test(userns)) throw new Error('--userns: invalid USER mode');
}

function createdPolicy({ restart, rm }: Flags): object {
  const policy = parseRestartPolicy(restart);
  if (rm && policy.Name !== 'no' && policy.Name !== '') {
    throw new Error('conflicting options: cannot specify both --restart and --rm');
  }
  return policy;
}

function splitAt(text: string, sign: string): [string, string] {
  const at = text.indexOf(sign);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function capabilities(names: readonly string[]): readonly string[] | null {
  const full = names.map((name) => {
    const upper = name.trim().toUpperCase();
    return upper === 'ALL' || upper.startsWith('CAP_') ? upper : `CAP_${upper}`;
  });
  return listOrNull([...new Set(full)].sort());
}

/** Options without a value, and those whose value is a file that goes out as its text. @throws Error */
function securityOptions(options: readonly string[]): readonly string[] | null {
  const read = options.map((option) => {
    const [key, given] = splitAt(option.replace(/^([^=]+):/, '$1='), '=');
    if (!option.includes('=') && !option.includes(':') && key !== 'no-new-privileges') {
      throw new Error(`Invalid --security-opt: ${JSON.stringify(option)}`);
    }
    const isFile = key === 'seccomp' && given !== 'unconfined' && given !== 'builtin';
    return isFile ? `seccomp=${profile(given)}` : option;
  });
  return listOrNull(read);
}

function profile(file: string): string {
  let text: string;
  try {
    text = readText(file);
  } catch (error) {
    throw new Error(
      `opening seccomp profile (${file}) failed: ${error instanceof Error ? error.message : error}`,
    );
  }
  return JSON.stringify(JSON.parse(text));
}

function tmpfs(specs: readonly string[]): object {
  if (specs.length === 0) return {};
  return { Tmpfs: Object.fromEntries(specs.map((spec) => splitAt(spec, ':'))) };
}

/** `/dev/x[:/dev/y][:rwm]`. @throws Error */
function device(spec: string): object {
  const [host = '', second, third] = spec.split(':');
  const isMode = second !== undefined && /^[rwm]+$/.test(second);
  const inside = second === undefined || isMode ? host : second;
  if (!inside.startsWith('/')) throw new Error(`${inside} is not an absolute path`);
  return {
    PathOnHost: host,
    PathInContainer: inside,
    CgroupPermissions: (isMode ? second : third) ?? 'rwm',
  };
}

/** @throws Error in Docker's words */
function swappiness(percent: number): number {
  if (percent >= -1 && percent <= 100) return percent;
  throw new Error(`invalid value: ${percent}. Valid memory swappiness range is 0-100`);
}

/** @throws Error in Docker's words */
function cgroupns(mode: string): string {
  if (['', 'host', 'private'].includes(mode)) return mode;
  throw new Error('--cgroupns: invalid CGROUP mode');
}
