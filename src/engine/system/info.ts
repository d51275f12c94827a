import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { arch, cpus, release, totalmem } from 'node:os';
import type { Clock } from '../../base/clock.js';
import type { DaemonFacts } from './facts.js';
import { type HostFiles, type KernelLimits, kernelLimits, limitWarnings } from './kernel-limits.js';
import { indexServer, registryConfig, withoutPassword } from './registry-config.js';

/** How many there are of what. */
export interface InfoCounts {
  readonly containers: readonly { readonly State: string }[];
  readonly images: number;
  readonly eventListeners: number;
}

/** Docker API: `SystemInfo`. */
export async function systemInfo(
  facts: DaemonFacts,
  counts: InfoCounts,
  clock: Clock,
): Promise<object> {
  const limits = kernelLimits(hostFiles);
  const { byName, default: defaultRuntime } = facts.runtimes();
  const live = facts.live();
  return {
    ID: facts.id,
    ...containerCounts(counts.containers),
    Images: counts.images,
    Driver: facts.storageDriver,
    DriverStatus: await facts.storageStatus(),
    Plugins: {
      Volume: ['local', ...(await facts.volumePlugins())],
      Network: facts.networkDrivers,
      Authorization: live.authorizationPlugins.length > 0 ? live.authorizationPlugins : null,
      Log: facts.logDrivers(),
    },
    ...limits,
    IPv4Forwarding: facts.forwarding(),
    BridgeNfIptables: hostFiles.read(bridgeSysctl('iptables'))?.trim() === '1',
    BridgeNfIp6tables: hostFiles.read(bridgeSysctl('ip6tables'))?.trim() === '1',
    Debug: live.debug,
    NFd: readdirSync('/proc/self/fd').length,
    // What keeps the event loop busy is the nearest that we have.
    NGoroutines: process.getActiveResourcesInfo().length,
    SystemTime: clock.now().toISOString(),
    LoggingDriver: facts.loggingDriver(),
    CgroupDriver: 'cgroupfs',
    CgroupVersion: facts.cgroupVersion,
    NEventsListener: counts.eventListeners,
    ...host(),
    IndexServerAddress: indexServer,
    RegistryConfig: registryConfig(live),
    GenericResources: null,
    DockerRootDir: facts.dataRoot,
    HttpProxy: withoutPassword(facts.proxies.http),
    HttpsProxy: withoutPassword(facts.proxies.https),
    NoProxy: facts.proxies.no,
    Name: facts.hostname(),
    Labels: live.labels,
    ExperimentalBuild: false,
    ServerVersion: facts.version,
    Runtimes: byName,
    DefaultRuntime: defaultRuntime,
    Swarm: noSwarm,
    LiveRestoreEnabled: live.liveRestore,
    Isolation: '',
    InitBinary: facts.initBinary(),
    // tsnet has no part in the programs that it finds installed, so no commit is expected of them.
    ContainerdCommit: noCommit,
    RuncCommit: noCommit,
    InitCommit: noCommit,
    SecurityOptions: securityOptions(facts, hostFiles),
    FirewallBackend: firewallView(facts),
    DefaultAddressPools: facts.addressPools.map(({ base, size }) => ({ Base: base, Size: size })),
    CDISpecDirs: [],
    Warnings: warnings(facts, limits),
  };
}

const noSwarm = {
  NodeID: '',
  NodeAddr: '',
  LocalNodeState: 'inactive',
  ControlAvailable: false,
  Error: '',
  RemoteManagers: null,
} as const;

const noCommit = { ID: 'N/A', Expected: 'N/A' } as const;

function containerCounts(containers: InfoCounts['containers']): object {
  // One that is between two starts is running, to Docker.
  const inState = (...states: string[]) =>
    containers.filter(({ State }) => states.includes(State)).length;
  const running = inState('running', 'restarting');
  const paused = inState('paused');
  return {
    Containers: containers.length,
    ContainersRunning: running,
    ContainersPaused: paused,
    ContainersStopped: containers.length - running - paused,
  };
}

const machines: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' };

function host(): object {
  const osRelease = hostFiles.read('/etc/os-release') ?? '';
  const field = (name: string) =>
    new RegExp(`^${name}="?([^"\\n]*)"?$`, 'm').exec(osRelease)?.[1] ?? '';
  return {
    KernelVersion: release(),
    OperatingSystem: field('PRETTY_NAME') || 'Linux',
    OSVersion: field('VERSION_ID'),
    OSType: 'linux',
    Architecture: machines[arch()] ?? arch(),
    NCPU: cpus().length,
    MemTotal: totalmem(),
  };
}

function bridgeSysctl(program: string): string {
  return `/proc/sys/net/bridge/bridge-nf-call-${program}`;
}

type ConfinementFacts = Pick<
  DaemonFacts,
  'cgroupVersion' | 'remapsUsers' | 'seccompProfile' | 'noNewPrivileges' | 'live'
>;

/** Whether containers have a view of control groups of their own, unless they say otherwise. */
function hasCgroupNamespaces({ cgroupVersion, live }: ConfinementFacts): boolean {
  const mode = live().defaults.cgroupnsMode || (cgroupVersion === '2' ? 'private' : 'host');
  return mode === 'private';
}

/** What containers are confined by, in dockerd's writing. */
export function securityOptions(facts: ConfinementFacts, { read, exists }: HostFiles): string[] {
  const hasAppArmor = read('/sys/module/apparmor/parameters/enabled')?.startsWith('Y');
  const { seccompProfile, remapsUsers, noNewPrivileges } = facts;
  return [
    ...(hasAppArmor ? ['name=apparmor'] : []),
    ...(exists('/proc/sys/kernel/seccomp') ? [`name=seccomp,profile=${seccompProfile}`] : []),
    ...(remapsUsers ? ['name=userns'] : []),
    ...(hasCgroupNamespaces(facts) && exists('/proc/self/ns/cgroup') ? ['name=cgroupns'] : []),
    ...(noNewPrivileges ? ['name=no-new-privileges'] : []),
  ];
}

/** Docker API: `FirewallInfo`. Its `Info` is a list of pairs. */
function firewallView({ firewallBackend, firewallReloadedAt }: DaemonFacts): object {
  const at = firewallReloadedAt();
  return {
    Driver: firewallBackend,
    ...(at && { Info: [['ReloadedAt', at.toISOString()]] }),
  };
}

/** What an admin should know, in dockerd's words where it has them. */
function warnings(facts: DaemonFacts, limits: KernelLimits): string[] | null {
  const all = [
    ...facts.openAddresses.map(({ address, tls }) => openWarning(address, tls)),
    ...(facts.seccompProfile === 'builtin'
      ? []
      : ['WARNING: daemon is not using the default seccomp profile']),
    ...limitWarnings(limits, facts.cgroupVersion),
    ...(facts.forwarding() ? [] : ['WARNING: IPv4 forwarding is disabled']),
    ...(facts.noRawTable ? ['WARNING: DOCKER_INSECURE_NO_IPTABLES_RAW is set'] : []),
  ];
  return all.length > 0 ? all : null;
}

function openWarning(address: string, tls: boolean): string {
  const bare = address.replace('tcp://', tls ? 'https://' : 'http://');
  const lack = tls ? 'TLS client verification' : 'encryption';
  return (
    `WARNING: API is accessible on ${bare} without ${lack}.\n` +
    '         Access to the remote API is equivalent to root access on the host. Refer\n' +
    '         to docs/configuration.md of tsnet for how to use certificates.'
  );
}

const hostFiles: HostFiles = {
  exists: existsSync,
  read(path) {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      // A file of another kernel or distribution: what it would tell is not there.
      return undefined;
    }
  },
};
