/**
 * The Container Network Model as records: what is true of each network, endpoint and sandbox, in JSON, so
 * that it can be stored, shown and rebuilt after a restart. Behaviour lives in `controller/`.
 *
 * - **Network**: a driver, its options and its subnets, and a scope for names.
 * - **Sandbox**: a container's network stack: a network namespace, its resolver and its `/etc/hosts`.
 * - **Endpoint**: one attachment of a sandbox to a network: interface, addresses, names, published ports.
 */
import type { AppliedPlan } from './plan.js';

/** One subnet of a network. */
export interface Subnet {
  readonly family: 4 | 6;
  /** `172.18.0.0/16`. */
  readonly subnet: string;
  /** The gateway address without prefix length; absent where the driver has none. */
  readonly gateway?: string;
  /** Dynamic addresses come from here; default: the whole subnet. */
  readonly ipRange?: string;
  /** Reserved addresses by name (`--aux-address`). */
  readonly auxAddresses: Readonly<Record<string, string>>;
  /** Whether the user gave the subnet, or it came from the pools. */
  readonly fromPool: boolean;
}

/** The user's IPAM wishes, kept word by word for inspect. Docker API: `IPAM`. */
export interface IpamConfig {
  readonly driver: string;
  readonly options: Readonly<Record<string, string>>;
  readonly config: readonly IpamSubnetConfig[];
}

/** Docker API: an element of `IPAM.Config`. */
export interface IpamSubnetConfig {
  readonly subnet?: string;
  readonly ipRange?: string;
  readonly gateway?: string;
  readonly auxAddresses?: Readonly<Record<string, string>>;
}

/** What a client asks for. Docker API: body of `POST /networks/create`. */
export interface NetworkRequest {
  readonly name: string;
  readonly driver: string;
  readonly enableIPv4: boolean;
  readonly enableIPv6: boolean;
  readonly internal: boolean;
  readonly attachable: boolean;
  readonly options: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly ipam: IpamConfig;
  /** Keeps settings that others are made with, and is itself no network that anything could be on. Default false. */
  readonly configOnly?: boolean;
  /** Name of the configuration-only network that the settings come from. Default: none. */
  readonly configFrom?: string;
}

/** What only swarm's networks may be; told apart because a refusal depends on the driver. */
export interface SwarmWishes {
  /** `local`, `swarm` or `global`; default `local`. */
  readonly scope?: string;
  /** The routing mesh. Default false. */
  readonly ingress?: boolean;
}

/** A network that exists. Durable. */
export interface NetworkRecord extends NetworkRequest {
  readonly id: string;
  /** RFC 3339. */
  readonly created: string;
  readonly scope: 'local';
  /** `bridge`, `host` and `none`: made by the daemon, never removed by a user. */
  readonly predefined: boolean;
  readonly subnets: readonly Subnet[];
}

/** What a container asks of one network. Docker API: `EndpointSettings` as input. */
export interface EndpointRequest {
  readonly aliases: readonly string[];
  /** Static addresses (`--ip`, `--ip6`). */
  readonly ipv4?: string;
  readonly ipv6?: string;
  readonly mac?: string;
  /** Further addresses of the interface that nobody hands out (`--link-local-ip`), without prefix length. */
  readonly linkLocal?: readonly string[];
  /** Names that only this endpoint finds others by (`--link web:www` on a network that resolves names). */
  readonly links?: readonly EndpointLink[];
  readonly driverOptions: Readonly<Record<string, string>>;
  /** The endpoint with the highest value supplies the default route. */
  readonly gatewayPriority: number;
}

/** A second name for a container of the network: `alias` stands for `name`. */
export interface EndpointLink {
  readonly name: string;
  readonly alias: string;
}

/** The container's side of an endpoint. */
export interface Interface {
  /** Name inside the sandbox: `eth0`. */
  readonly name: string;
  /** Name of the host's end, for drivers that have one. */
  readonly hostName?: string;
  readonly mac: string;
  /** With prefix length: `172.18.0.2/16`. */
  readonly ipv4?: string;
  readonly ipv6?: string;
  readonly gateway4?: string;
  readonly gateway6?: string;
  /** Further addresses, with prefix length: `169.254.8.8/16`. */
  readonly linkLocal?: readonly string[];
}

/** A wish to publish a container's port. Docker API: an entry of `HostConfig.PortBindings`. */
export interface PortRequest {
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  readonly containerPort: number;
  /** Empty: every address of the host. */
  readonly hostIp: string;
  /** First and last host port that will do; both 0: any ephemeral port. */
  readonly hostPort: readonly [first: number, last: number];
  /**
   * That many consecutive ports of the container, the next one to the next host port and so on: then `first`
   * and `last` of `hostPort` are those of the first port, and the same. Default 1.
   */
  readonly count?: number;
}

/** Published ports: the wish with one host address and port chosen. */
export interface PortBinding {
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  readonly containerPort: number;
  /** `0.0.0.0`, `::`, or one address of the host. */
  readonly hostIp: string;
  /** 0 where no port of the host leads there: the container's own is open to others (routed). */
  readonly hostPort: number;
  /** That many consecutive ports of the host lead to as many of the container, one to one. Default 1. */
  readonly count?: number;
}

/** An attachment that exists. Volatile: it lives while the sandbox does. */
export interface EndpointRecord {
  readonly id: string;
  /** Absent: the container's name. A leg that nobody asked for, on the gateway network, has one of its own. */
  readonly name?: string;
  readonly networkId: string;
  readonly sandboxId: string;
  readonly request: EndpointRequest;
  readonly interface: Interface;
  /** Every name that others find it by, the preferred one first. */
  readonly dnsNames: readonly string[];
  readonly bindings: readonly PortBinding[];
  /** What was done to the kernel for the attachment, and for its published ports. */
  readonly plan: AppliedPlan;
  readonly portPlan: AppliedPlan;
}

/** Where a sandbox's network stack comes from. */
export type SandboxKind =
  /** A namespace of its own. */
  | { readonly type: 'own' }
  /** The daemon's own namespace (`--network host`). */
  | { readonly type: 'host' }
  /** Another sandbox's (`--network container:<id>`). */
  | { readonly type: 'joined'; readonly sandboxId: string };

/** The container's resolver and hosts settings. Docker API: `HostConfig.Dns*`, `ExtraHosts`. */
export interface ResolverRequest {
  readonly servers: readonly string[];
  readonly search: readonly string[];
  readonly options: readonly string[];
  /** `name:address` or `name:host-gateway`. */
  readonly extraHosts: readonly string[];
}

/** A container on the default bridge that another one there knows by `alias` (legacy `--link`). */
export interface LegacyLink {
  /** Id of the container that is linked to. */
  readonly sandboxId: string;
  readonly alias: string;
}

/** Ports that a container says it listens on (`--expose`). */
export type ExposedPort = Pick<PortRequest, 'protocol' | 'containerPort' | 'count'>;

/** Paths of the files that the engine mounts over the container's `/etc/...`. */
export interface SandboxFiles {
  readonly hosts: string;
  readonly resolvConf: string;
  readonly hostname: string;
}

/** A container's network stack. Volatile. `id` is the container's id. */
export interface SandboxRecord {
  readonly id: string;
  readonly kind: SandboxKind;
  /** Path of the namespace file, to be put in the OCI spec; absent for host. */
  readonly netnsPath?: string;
  /** Path of the file of the user namespace in which its processes are to be; absent: the host's. */
  readonly usernsPath?: string;
  readonly containerName: string;
  readonly hostname: string;
  readonly domainname: string;
  readonly resolver: ResolverRequest;
  readonly files: SandboxFiles;
  /** Wishes of the whole container; they belong to the endpoint that is the gateway. */
  readonly ports: readonly PortRequest[];
  /** Ports that linked containers may reach where containers may not talk otherwise. */
  readonly exposed?: readonly ExposedPort[];
  readonly links?: readonly LegacyLink[];
  /** The container switches IPv6 off for itself: it gets no address, no names and no lines of that family. */
  readonly withoutIPv6?: boolean;
  readonly endpoints: readonly EndpointRecord[];
}
