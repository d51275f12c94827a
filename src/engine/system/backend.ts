import { readFile } from 'node:fs/promises';
import { arch, cpus, release, totalmem } from 'node:os';
import type { SystemBackend } from '../../api/server/backend.js';
import type { ContainerSummary } from '../../api/types/container.js';
import type { EventMessage, Filters } from '../../api/types/system.js';
import type { Clock } from '../../base/clock.js';
import type { EventBus } from '../events.js';

/** What is fixed once the daemon runs. */
export interface DaemonFacts {
  /** Of tsnet. */
  readonly version: string;
  readonly gitCommit: string;
  readonly buildTime: string;
  /** Newest and oldest API that is served. */
  readonly apiVersion: string;
  readonly minApiVersion: string;
  /** Unique to the data root. */
  readonly id: string;
  readonly dataRoot: string;
  readonly storageDriver: string;
  readonly firewallBackend: string;
  readonly cgroupVersion: '1' | '2';
  readonly runtime: { readonly name: string; readonly path: string; readonly version: string };
  readonly liveRestore: boolean;
  readonly debug: boolean;
  readonly networkDrivers: readonly string[];
  readonly addressPools: readonly { readonly base: string; readonly size: number }[];
  /** When its rules were last made anew because another program had changed them. */
  firewallReloadedAt(): Date | undefined;
  hostname(): string;
  /** Whether the host forwards IPv4 packets at the moment. */
  forwarding(): boolean;
}

/** Counts that `info` and `df` show. */
export interface SystemCounts {
  containers(query: { size: boolean }): Promise<readonly ContainerSummary[]>;
  images(): Promise<readonly { readonly Id: string; readonly Size: number }[]>;
}

/** Version, info, events and disk usage for the API. */
export class SystemService implements SystemBackend {
  readonly #facts: DaemonFacts;
  readonly #counts: SystemCounts;
  readonly #events: EventBus;
  readonly #clock: Clock;

  constructor(parts: { facts: DaemonFacts; counts: SystemCounts; events: EventBus; clock: Clock }) {
    this.#facts = parts.facts;
    this.#counts = parts.counts;
    this.#events = parts.events;
    this.#clock = parts.clock;
  }

  async version(): Promise<object> {
    const { version, apiVersion, minApiVersion, gitCommit, buildTime, runtime } = this.#facts;
    const engine = {
      ApiVersion: apiVersion,
      Arch: goArch(),
      BuildTime: buildTime,
      Experimental: 'false',
      GitCommit: gitCommit,
      GoVersion: `node ${process.versions.node}`,
      KernelVersion: release(),
      MinAPIVersion: minApiVersion,
      Os: 'linux',
    };
    return {
      Platform: { Name: 'tsnet' },
      Components: [
        { Name: 'Engine', Version: version, Details: engine },
        { Name: runtime.name, Version: runtime.version, Details: { GitCommit: '' } },
      ],
      Version: version,
      ApiVersion: apiVersion,
      MinAPIVersion: minApiVersion,
      GitCommit: gitCommit,
      GoVersion: engine.GoVersion,
      Os: 'linux',
      Arch: engine.Arch,
      KernelVersion: engine.KernelVersion,
      BuildTime: buildTime,
    };
  }

  async info(): Promise<object> {
    const facts = this.#facts;
    const containers = await this.#counts.containers({ size: false });
    const inState = (state: string) => containers.filter((c) => c.State === state).length;
    return {
      ID: facts.id,
      Containers: containers.length,
      ContainersRunning: inState('running'),
      ContainersPaused: inState('paused'),
      ContainersStopped: containers.length - inState('running') - inState('paused'),
      Images: (await this.#counts.images()).length,
      Driver: facts.storageDriver,
      DriverStatus: [],
      Plugins: {
        Volume: ['local'],
        Network: facts.networkDrivers,
        Authorization: null,
        Log: ['json-file'],
      },
      ...kernelAbilities,
      ...notHere,
      IPv4Forwarding: facts.forwarding(),
      OomKillDisable: facts.cgroupVersion === '1',
      Debug: facts.debug,
      SystemTime: this.#clock.now().toISOString(),
      LoggingDriver: 'json-file',
      CgroupDriver: 'cgroupfs',
      CgroupVersion: facts.cgroupVersion,
      KernelVersion: release(),
      OperatingSystem: await operatingSystem(),
      OSType: 'linux',
      Architecture: arch() === 'x64' ? 'x86_64' : 'aarch64',
      NCPU: cpus().length,
      MemTotal: totalmem(),
      DockerRootDir: facts.dataRoot,
      Name: facts.hostname(),
      ServerVersion: facts.version,
      Runtimes: { [facts.runtime.name]: { path: facts.runtime.path } },
      DefaultRuntime: facts.runtime.name,
      LiveRestoreEnabled: facts.liveRestore,
      SecurityOptions: ['name=seccomp,profile=builtin'],
      FirewallBackend: firewallView(facts),
      DefaultAddressPools: facts.addressPools.map(({ base, size }) => ({ Base: base, Size: size })),
    };
  }

  events(query: {
    since?: number;
    until?: number;
    filters: Filters;
    signal: AbortSignal;
  }): AsyncIterable<EventMessage> {
    return this.#events.stream(query);
  }

  /** Layers that images share are counted once for each of them. */
  async diskUsage(): Promise<object> {
    const containers = await this.#counts.containers({ size: true });
    const images = (await this.#counts.images()).map((image) => ({
      ...image,
      SharedSize: 0,
      Containers: containers.filter((container) => container.ImageID === image.Id).length,
    }));
    return {
      LayersSize: images.reduce((sum, { Size }) => sum + Size, 0),
      Images: images,
      Containers: containers,
      Volumes: [],
      BuildCache: [],
    };
  }
}

/** What every kernel that we run on can do. */
const kernelAbilities = {
  MemoryLimit: true,
  SwapLimit: true,
  CpuCfsPeriod: true,
  CpuCfsQuota: true,
  CPUShares: true,
  CPUSet: true,
  PidsLimit: true,
} as const;

/** Fields of Docker's answer about things that tsnet has not; clients expect them all the same. */
const notHere = {
  NFd: 0,
  NGoroutines: 0,
  NEventsListener: 0,
  OSVersion: '',
  IndexServerAddress: '',
  RegistryConfig: null,
  GenericResources: null,
  HttpProxy: '',
  HttpsProxy: '',
  NoProxy: '',
  Labels: [],
  ExperimentalBuild: false,
  Swarm: {
    NodeID: '',
    NodeAddr: '',
    LocalNodeState: 'inactive',
    ControlAvailable: false,
    Error: '',
    RemoteManagers: null,
  },
  Isolation: '',
  InitBinary: '',
  Warnings: null,
} as const;

function goArch(): string {
  return arch() === 'x64' ? 'amd64' : arch();
}

/** `PRETTY_NAME` of /etc/os-release. */
async function operatingSystem(): Promise<string> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  return /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(text)?.[1] ?? 'Linux';
}

/** Docker API: `FirewallInfo`. Its `Info` is a list of pairs. */
function firewallView({ firewallBackend, firewallReloadedAt }: DaemonFacts): object {
  const at = firewallReloadedAt();
  return {
    Driver: firewallBackend,
    ...(at && { Info: [['ReloadedAt', at.toISOString()]] }),
  };
}
