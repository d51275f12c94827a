/** Containers on the wire. Docker Engine API: tag `Container`. */
import * as v from 'valibot';
import { command, consoleSize, count, flag, int64, labels, set, text, texts } from './fields.js';
import { type ContainerHealth, healthcheck } from './health.js';
import { type EndpointSettings, endpointSettingsInput } from './network.js';
import { resources } from './resources.js';

/** `HostConfig.PortBindings`: `{"80/tcp": [{"HostIp": "", "HostPort": "8080"}]}`. */
export const portMap = v.nullish(
  v.record(v.string(), v.nullish(v.array(v.object({ HostIp: text, HostPort: text })), [])),
  {},
);

const mount = v.object({
  Type: text,
  Source: text,
  Target: text,
  ReadOnly: flag,
  Consistency: text,
  BindOptions: v.nullish(
    v.object({
      Propagation: text,
      NonRecursive: flag,
      CreateMountpoint: flag,
      ReadOnlyNonRecursive: flag,
      ReadOnlyForceRecursive: flag,
    }),
  ),
  VolumeOptions: v.nullish(
    v.object({
      NoCopy: flag,
      Labels: labels,
      Subpath: text,
      DriverConfig: v.nullish(v.object({ Name: text, Options: labels })),
    }),
  ),
  ImageOptions: v.nullish(v.object({ Subpath: text })),
  TmpfsOptions: v.nullish(
    v.object({
      SizeBytes: count,
      Mode: count,
      Options: v.nullish(v.array(v.array(v.string())), []),
    }),
  ),
});

/** Docker API: `HostConfig` as sent. */
export const hostConfig = v.object({
  ...resources,
  Annotations: labels,
  ConsoleSize: consoleSize,
  StorageOpt: labels,
  Binds: texts,
  ContainerIDFile: text,
  LogConfig: v.nullish(v.object({ Type: text, Config: labels })),
  NetworkMode: text,
  PortBindings: portMap,
  RestartPolicy: v.nullish(v.object({ Name: text, MaximumRetryCount: count })),
  AutoRemove: flag,
  VolumeDriver: text,
  VolumesFrom: texts,
  Mounts: v.nullish(v.array(mount), []),
  CapAdd: texts,
  CapDrop: texts,
  CgroupnsMode: text,
  Dns: texts,
  DnsOptions: texts,
  DnsSearch: texts,
  ExtraHosts: texts,
  GroupAdd: texts,
  IpcMode: text,
  Links: texts,
  OomScoreAdj: count,
  PidMode: text,
  Privileged: flag,
  PublishAllPorts: flag,
  ReadonlyRootfs: flag,
  SecurityOpt: texts,
  Tmpfs: labels,
  UTSMode: text,
  UsernsMode: text,
  ShmSize: count,
  Sysctls: labels,
  Runtime: text,
  Init: v.nullish(v.boolean()),
  MaskedPaths: v.nullish(v.array(v.string())),
  ReadonlyPaths: v.nullish(v.array(v.string())),
});

/** Docker API: `ContainerConfig` as sent. */
export const containerConfig = v.object({
  Hostname: text,
  Domainname: text,
  User: text,
  AttachStdin: flag,
  AttachStdout: flag,
  AttachStderr: flag,
  ExposedPorts: set,
  Tty: flag,
  OpenStdin: flag,
  StdinOnce: flag,
  Env: texts,
  Cmd: command,
  Healthcheck: healthcheck,
  Image: text,
  Volumes: set,
  WorkingDir: text,
  Entrypoint: command,
  NetworkDisabled: flag,
  MacAddress: text,
  Labels: labels,
  StopSignal: text,
  StopTimeout: v.nullish(int64),
  /** The image's shell, which `CMD-SHELL` health checks use too. */
  Shell: v.nullish(v.array(v.string())),
});

/** Body of `POST /containers/create`. */
export const containerCreate = v.object({
  ...containerConfig.entries,
  HostConfig: v.nullish(hostConfig, {}),
  NetworkingConfig: v.nullish(
    v.object({
      EndpointsConfig: v.nullish(v.record(v.string(), v.nullish(endpointSettingsInput)), {}),
    }),
    {},
  ),
});

/** Body of `POST /containers/{id}/update`: what is 0, '' or absent stays as it is. */
export const containerUpdate = v.object({
  ...resources,
  RestartPolicy: v.nullish(v.object({ Name: text, MaximumRetryCount: count })),
});

export type ContainerUpdate = v.InferOutput<typeof containerUpdate>;
export type MountRequest = v.InferOutput<typeof mount>;
export type PortMap = v.InferOutput<typeof portMap>;
export type HostConfig = v.InferOutput<typeof hostConfig>;
export type ContainerConfig = v.InferOutput<typeof containerConfig>;
export type ContainerCreate = v.InferOutput<typeof containerCreate>;

/** Answer to create. */
export interface ContainerCreated {
  readonly Id: string;
  readonly Warnings: readonly string[];
}

/** Docker API: `State` of a container. Times are RFC 3339 with nanoseconds, `0001-01-01T00:00:00Z` for never. */
export interface ContainerState {
  readonly Status: 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';
  readonly Running: boolean;
  readonly Paused: boolean;
  readonly Restarting: boolean;
  readonly OOMKilled: boolean;
  readonly Dead: boolean;
  readonly Pid: number;
  readonly ExitCode: number;
  readonly Error: string;
  readonly StartedAt: string;
  readonly FinishedAt: string;
  /** Absent without a health check. */
  readonly Health?: ContainerHealth;
}

/** Answer to update. */
export interface ContainerUpdated {
  readonly Warnings: readonly string[] | null;
}

/** Docker Engine API: `MountPoint`, as `inspect` shows it. */
export interface MountPoint {
  readonly Type: string;
  readonly Name?: string;
  readonly Source: string;
  readonly Destination: string;
  readonly Driver?: string;
  readonly Mode: string;
  readonly RW: boolean;
  readonly Propagation: string;
}

/** A published or exposed port as `ps` shows it. */
export interface PortSummary {
  readonly IP?: string;
  readonly PrivatePort: number;
  readonly PublicPort?: number;
  readonly Type: string;
}

/** Docker API: `NetworkSettings` of an inspected container. */
export interface NetworkSettings {
  readonly Bridge: string;
  readonly SandboxID: string;
  readonly SandboxKey: string;
  readonly Ports: Readonly<Record<string, readonly { HostIp: string; HostPort: string }[] | null>>;
  readonly EndpointID: string;
  readonly Gateway: string;
  readonly GlobalIPv6Address: string;
  readonly GlobalIPv6PrefixLen: number;
  readonly IPAddress: string;
  readonly IPPrefixLen: number;
  readonly IPv6Gateway: string;
  readonly MacAddress: string;
  readonly HairpinMode: boolean;
  readonly LinkLocalIPv6Address: string;
  readonly LinkLocalIPv6PrefixLen: number;
  readonly SecondaryIPAddresses: null;
  readonly SecondaryIPv6Addresses: null;
  readonly Networks: Readonly<Record<string, EndpointSettings>>;
}

/** Docker API: `ContainerInspectResponse`. */
export interface ContainerInspect {
  readonly Id: string;
  readonly Created: string;
  readonly Path: string;
  readonly Args: readonly string[];
  readonly State: ContainerState;
  readonly Image: string;
  readonly ResolvConfPath: string;
  readonly HostnamePath: string;
  readonly HostsPath: string;
  readonly LogPath: string;
  /** With the leading slash. */
  readonly Name: string;
  readonly RestartCount: number;
  readonly Driver: string;
  readonly Platform: string;
  readonly MountLabel: string;
  readonly ProcessLabel: string;
  readonly AppArmorProfile: string;
  readonly ExecIDs: readonly string[] | null;
  readonly HostConfig: Readonly<Record<string, unknown>>;
  readonly GraphDriver: {
    readonly Name: string;
    readonly Data: Readonly<Record<string, string>> | null;
  };
  readonly SizeRw?: number;
  readonly SizeRootFs?: number;
  readonly Mounts: readonly MountPoint[];
  readonly Config: Readonly<Record<string, unknown>>;
  readonly NetworkSettings: NetworkSettings;
}

/** Docker API: `ContainerSummary`, a line of `ps`. */
export interface ContainerSummary {
  readonly Id: string;
  readonly Names: readonly string[];
  readonly Image: string;
  readonly ImageID: string;
  readonly Command: string;
  /** Seconds since the epoch. */
  readonly Created: number;
  readonly Ports: readonly PortSummary[];
  readonly SizeRw?: number;
  readonly SizeRootFs?: number;
  readonly Labels: Readonly<Record<string, string>>;
  readonly State: string;
  /** `Up 2 minutes`, `Exited (0) 3 seconds ago`. */
  readonly Status: string;
  readonly HostConfig: { readonly NetworkMode: string };
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, EndpointSettings>> };
  readonly Mounts: readonly MountPoint[];
}

/** One line of `diff`. Kind: 0 modified, 1 added, 2 deleted. */
export interface FileChange {
  readonly Path: string;
  readonly Kind: 0 | 1 | 2;
}

/** Answer to wait. */
export interface ContainerWait {
  readonly StatusCode: number;
  readonly Error?: { readonly Message: string };
}

/** Answer to top. */
export interface ContainerTop {
  readonly Titles: readonly string[];
  readonly Processes: readonly (readonly string[])[];
}
