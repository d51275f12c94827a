import type { IdRange } from '../../base/id-mapping.js';
import type { SeccompFilter } from '../../native/seccomp/profile.js';

/** The parts of the OCI runtime specification 1.0.2 that we write (config.md, config-linux.md). */

/** A container as the runtime is told of it: `config.json` of a bundle. */
export interface OciSpec {
  readonly ociVersion: '1.0.2';
  readonly process: OciProcess;
  readonly root: { readonly path: string; readonly readonly: boolean };
  readonly hostname?: string;
  readonly mounts: readonly OciMount[];
  readonly annotations?: Readonly<Record<string, string>>;
  readonly linux: OciLinux;
}

/** A process in a container; what `exec --process` reads too. */
export interface OciProcess {
  readonly terminal: boolean;
  readonly consoleSize?: { readonly height: number; readonly width: number };
  readonly user: OciUser;
  readonly args: readonly string[];
  /** `NAME=value`. */
  readonly env: readonly string[];
  /** Absolute. */
  readonly cwd: string;
  readonly capabilities: OciCapabilities;
  readonly rlimits?: readonly OciRlimit[];
  readonly noNewPrivileges: boolean;
  readonly oomScoreAdj?: number;
  /** Name of a loaded AppArmor profile. */
  readonly apparmorProfile?: string;
}

/** `process.user`: ids in the container's user namespace. */
export interface OciUser {
  readonly uid: number;
  readonly gid: number;
  readonly additionalGids?: readonly number[];
}

/** Sets of capabilities, names with `CAP_`. */
export interface OciCapabilities {
  readonly bounding: readonly string[];
  readonly effective: readonly string[];
  readonly permitted: readonly string[];
  readonly inheritable: readonly string[];
  readonly ambient: readonly string[];
}

/** `process.rlimits`: one of setrlimit(2). */
export interface OciRlimit {
  /** `RLIMIT_NOFILE`. */
  readonly type: string;
  readonly soft: RlimitValue;
  readonly hard: RlimitValue;
}

/** The kernel's "no limit" is 2^64-1, which a JavaScript number can't hold: see {@link specText}. */
export type RlimitValue = number | 'RLIM_INFINITY';

/** `mounts`: in their order; options as of mount(8). */
export interface OciMount {
  readonly destination: string;
  /** `bind`, or the kernel's name of the file system. */
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
}

/** `linux`: what only Linux has. */
export interface OciLinux {
  readonly namespaces: readonly OciNamespace[];
  readonly cgroupsPath: string;
  readonly resources: OciResources;
  readonly devices: readonly OciDevice[];
  readonly sysctl: Readonly<Record<string, string>>;
  readonly maskedPaths: readonly string[];
  readonly readonlyPaths: readonly string[];
  readonly rootfsPropagation?: string;
  readonly seccomp?: SeccompFilter;
  /** Of the user namespace, new or joined. */
  readonly uidMappings?: readonly IdRange[];
  readonly gidMappings?: readonly IdRange[];
}

/** `linux.namespaces`: a new one, or with `path` one that is there. */
export interface OciNamespace {
  readonly type: 'mount' | 'pid' | 'ipc' | 'uts' | 'network' | 'cgroup' | 'user';
  /** An existing one to join; absent: a new one. */
  readonly path?: string;
}

/** `linux.devices`: a node to make below /dev. */
export interface OciDevice {
  readonly path: string;
  readonly type: 'c' | 'b';
  readonly major: number;
  readonly minor: number;
  /** Permission bits. */
  readonly fileMode: number;
  readonly uid: number;
  readonly gid: number;
}

/** One line of the devices controller; a number or type left out means any. */
export interface OciDeviceRule {
  readonly allow: boolean;
  readonly type?: 'a' | 'c' | 'b';
  readonly major?: number;
  readonly minor?: number;
  /** Letters of `rwm`: read, write, mknod. */
  readonly access: string;
}

/** Limits. Memory in bytes, CPU times in microseconds. */
export interface OciResources {
  readonly devices: readonly OciDeviceRule[];
  readonly memory?: {
    readonly limit?: number;
    readonly reservation?: number;
    /** Memory and swap together; -1 is no limit. */
    readonly swap?: number;
    readonly swappiness?: number;
    readonly disableOOMKiller?: boolean;
  };
  readonly cpu?: {
    readonly shares?: number;
    readonly quota?: number;
    readonly period?: number;
    readonly realtimeRuntime?: number;
    readonly realtimePeriod?: number;
    readonly cpus?: string;
    readonly mems?: string;
  };
  readonly blockIO?: {
    /** 10 to 1000. */
    readonly weight?: number;
    readonly weightDevice?: readonly OciWeightDevice[];
    readonly throttleReadBpsDevice?: readonly OciThrottle[];
    readonly throttleWriteBpsDevice?: readonly OciThrottle[];
    readonly throttleReadIOPSDevice?: readonly OciThrottle[];
    readonly throttleWriteIOPSDevice?: readonly OciThrottle[];
  };
  readonly pids?: { readonly limit: number };
}

/** A block device's share of the disk's time. */
export interface OciWeightDevice {
  readonly major: number;
  readonly minor: number;
  readonly weight: number;
}

/** A block device's rate: bytes or operations a second. */
export interface OciThrottle {
  readonly major: number;
  readonly minor: number;
  readonly rate: number;
}

/** The JSON text of a specification or a process, with RLIM_INFINITY as the number that it is. */
export function specText(value: OciSpec | OciProcess): string {
  return JSON.stringify(value).replace(
    /("(?:soft|hard)":)"RLIM_INFINITY"/g,
    (_, key: string) => `${key}18446744073709551615`,
  );
}
