/**
 * What the firewall is to let through and to translate, as data that names no firewall program. Drivers make
 * policies; a backend (`nftables/`, `iptables/`) turns them into its own rules. An applied plan stores policies,
 * so the backend may be changed between two starts of the daemon while containers run.
 */

/**
 * How a family of a network meets the world.
 * - `nat`: masqueraded out; in only by published ports of the host.
 * - `nat-unprotected`: the same, and whoever can route to a container reaches all of it.
 * - `routed`: no translation; a published port is open at the container's own address.
 * - `isolated`: not even the host has an address there. Internal networks only.
 */
export type GatewayMode = 'nat' | 'nat-unprotected' | 'routed' | 'isolated';

/** A network behind a bridge, as far as the firewall is concerned. */
export interface FirewalledNetwork {
  readonly id: string;
  /** Name of the bridge device. */
  readonly bridge: string;
  readonly internal: boolean;
  /** Whether containers of the network may talk to each other. */
  readonly icc: boolean;
  /** Interfaces of the host from which containers may be addressed directly, in `nat` mode. */
  readonly trustedInterfaces: readonly string[];
  readonly families: readonly FirewalledFamily[];
}

/** One family of a network. */
export interface FirewalledFamily {
  readonly family: 4 | 6;
  /** `172.18.0.0/16`. */
  readonly subnet: string;
  readonly mode: GatewayMode;
  /** Whether traffic that leaves the subnet takes an address of the host, where the mode translates. */
  readonly masquerade: boolean;
  /** That address, instead of the one that masquerading would choose. */
  readonly snat?: string;
}

/** An address of a container, without prefix length. */
export interface FirewalledAddress {
  readonly family: 4 | 6;
  readonly address: string;
}

/** First and last port of a range; both the same for a single port. */
export type PortRange = readonly [first: number, last: number];

/** Protocols that have ports. */
export type PortProtocol = 'tcp' | 'udp' | 'sctp';

/** What belongs to a network as a whole: its walls, its way out, its default verdict. */
export interface NetworkPolicy {
  readonly kind: 'network';
  readonly owner: string;
  readonly network: FirewalledNetwork;
}

/** What belongs to one attachment: nobody else addresses the container directly. */
export interface EndpointPolicy {
  readonly kind: 'endpoint';
  readonly owner: string;
  readonly network: FirewalledNetwork;
  /** The host's end of the container's link. */
  readonly hostName: string;
  readonly addresses: readonly FirewalledAddress[];
  /** Whether frames to neighbours must be stopped in the bridge: ICC is off, and br_netfilter doesn't show them all. */
  readonly separated: boolean;
}

/** What leads from ports of the host to a container. */
export interface PortsPolicy {
  readonly kind: 'ports';
  readonly owner: string;
  readonly network: FirewalledNetwork;
  readonly forwards: readonly PortForward[];
  readonly openings: readonly PortOpening[];
}

/** Ports of the host that are translated to ports of a container, one to one: both ranges are of one length. */
export interface PortForward extends FirewalledAddress {
  readonly protocol: PortProtocol;
  /** The host's address; `0.0.0.0` or `::` for all of the family. */
  readonly hostIp: string;
  readonly hostPorts: PortRange;
  readonly containerPorts: PortRange;
}

/** Ports of a container that others may open connections to, at its own address. */
export interface PortOpening extends FirewalledAddress {
  readonly protocol: PortProtocol;
  readonly ports: PortRange;
}

/**
 * Two containers of a network without ICC that may talk nevertheless: the client opens connections to these ports
 * of the server (legacy `--link`).
 */
export interface LinkPolicy {
  readonly kind: 'link';
  readonly owner: string;
  readonly network: FirewalledNetwork;
  readonly client: FirewalledAddress;
  readonly server: FirewalledAddress;
  readonly ports: readonly { readonly protocol: PortProtocol; readonly port: number }[];
}

/**
 * The host was no router before tsnet made it one: whatever is not from or to a network of ours is not forwarded.
 * Docker sets the policy of FORWARD to DROP for that (`--ip-forward-no-drop` leaves it out).
 */
export interface ForwardingPolicy {
  readonly kind: 'forwarding';
  readonly owner: string;
  readonly family: 4 | 6;
}

/** What one owner wants of the firewall. */
export type FirewallPolicy =
  | NetworkPolicy
  | EndpointPolicy
  | PortsPolicy
  | LinkPolicy
  | ForwardingPolicy;

/** What the daemon's configuration says about the firewall as a whole. */
export interface FirewallSettings {
  /** `--userland-proxy`: a proxy takes what the kernel can't translate, `[::1]` and link-local clients. */
  readonly userlandProxy: boolean;
  /** `--allow-direct-routing`: containers may be addressed directly in `nat` mode too. */
  readonly allowDirectRouting: boolean;
  /** `--bridge-accept-fwmark`: packets with this mark are let into bridge networks. */
  readonly acceptMark?: FirewallMark;
}

/** A packet mark; `mask` says which bits count, all by default. */
export interface FirewallMark {
  readonly value: number;
  readonly mask?: number;
}

/** Owner of what a network has. */
export function networkOwner(networkId: string): string {
  return `network/${networkId}`;
}

/** Owner of what an endpoint has, ports apart. */
export function endpointOwner(endpointId: string): string {
  return `endpoint/${endpointId}`;
}

/** Owner of an endpoint's published ports, in the firewall and for the host's sockets. */
export function portsOwner(endpointId: string): string {
  return `ports/${endpointId}`;
}

/** Owner of the verdict on what is forwarded for others. */
export function forwardingOwner(family: 4 | 6): string {
  return `forwarding/${family}`;
}

/** Owner of what lets one endpoint talk to another. */
export function linkOwner(clientEndpointId: string, serverEndpointId: string): string {
  return `link/${clientEndpointId}/${serverEndpointId}`;
}

/** The family of a network, if it has it. */
export function firewalledFamily(
  network: FirewalledNetwork,
  family: 4 | 6,
): FirewalledFamily | undefined {
  return network.families.find((candidate) => candidate.family === family);
}

/**
 * Whether nobody else may address a network's containers directly. An internal network is shut as a whole; the other
 * modes are open to whoever finds a way.
 */
export function isProtected(
  { internal }: FirewalledNetwork,
  { mode }: FirewalledFamily,
  { allowDirectRouting }: FirewallSettings,
): boolean {
  return !internal && mode === 'nat' && !allowDirectRouting;
}

/** Whether the family's traffic is translated on its way out, and ports are published on the host. */
export function translates(
  { internal }: Pick<FirewalledNetwork, 'internal'>,
  { mode }: Pick<FirewalledFamily, 'mode'>,
): boolean {
  return !internal && (mode === 'nat' || mode === 'nat-unprotected');
}
