import type { ServiceIdentifier } from 'inversify';
import type { FileOwner } from '../base/id-mapping.js';
import type { NetworkController, NetworkEvent } from './contract.js';
import type { DnsSockets } from './controller/embedded-names.js';
import type {
  ControllerSettings,
  NameService,
  Namespaces,
  SandboxFileWriter,
  Surroundings,
} from './controller/parts.js';
import type { HostState, NetworkState, Records, SandboxState } from './controller/records.js';
import type { HostResolvConf, SandboxResolvConf } from './controller/sandbox-resolvconf.js';
import type { NameRegistry } from './dns/names.js';
import type { DnsServer } from './dns/server.js';
import type { UpstreamSockets } from './dns/upstream-sockets.js';
import type { Driver } from './driver.js';
import type { Avoided, Ipam } from './ipam/ipam.js';
import type { AddressPool } from './ipam/pools.js';
import type { Kernel } from './kernel.js';
import type { NetworkRecord } from './model.js';
import type { PortAllocator } from './ports/allocator.js';

const id = <T>(name: string) => Symbol.for(`cnm/${name}`) as ServiceIdentifier<T>;

/** What the network model offers, and between its own parts. Bound by `module.ts`. */
export const cnmIds = {
  controller: id<NetworkController>('controller'),
  /** By name. */
  drivers: id<ReadonlyMap<string, Driver>>('drivers'),
  stores: id<Stores>('stores'),
  ipam: id<Ipam>('ipam'),
  nameRegistry: id<NameRegistry>('name-registry'),
  dnsServer: id<DnsServer>('dns-server'),
  names: id<NameService>('names'),
  resolvConf: id<SandboxResolvConf>('resolvconf'),
  files: id<SandboxFileWriter>('files'),
};

/** What the network model needs of the daemon, which binds each of them. */
export const cnmNeeds = {
  kernel: id<Kernel>('needs/kernel'),
  namespaces: id<Namespaces>('needs/namespaces'),
  /** The one that `kernel.ports` holds its ports by. */
  ports: id<PortAllocator>('needs/ports'),
  dnsSockets: id<DnsSockets>('needs/dns-sockets'),
  upstreamSockets: id<UpstreamSockets>('needs/upstream-sockets'),
  networkRecords: id<Records<NetworkRecord>>('needs/network-records'),
  networkStates: id<Records<NetworkState>>('needs/network-states'),
  sandboxStates: id<Records<SandboxState>>('needs/sandbox-states'),
  hostStates: id<Records<HostState>>('needs/host-states'),
  emit: id<(event: NetworkEvent) => void>('needs/emit'),
  settings: id<CnmSettings>('needs/settings'),
};

/** Where records are kept. */
type Stores = Pick<
  Surroundings,
  'networkRecords' | 'networkStates' | 'sandboxStates' | 'hostStates'
>;

/** The configuration of networks as a whole. */
export interface CnmSettings extends ControllerSettings {
  /** In order of preference, both families. */
  readonly pools: readonly AddressPool[];
  /** What subnets from the pools stay away from: the host's routes and name servers; read anew each time. */
  readonly avoid: (family: 4 | 6) => readonly Avoided[];
  readonly resolvConf: HostResolvConf;
  /** `/etc/hosts`. */
  readonly hostsPath: string;
  /** Whom the files that containers have mounted belong to; absent: us. */
  readonly filesOwner?: FileOwner | undefined;
}
