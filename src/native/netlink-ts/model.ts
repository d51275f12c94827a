/**
 * What `netlink-ts` speaks of, in the words of `ip link`, `ip addr`, `ip route`, `ip neigh` and
 * `bridge fdb`. Links are named, not indexed, everywhere but on the wire. Addresses are text
 * (`10.0.0.2`, `10.0.0.2/24`), MACs are lower-case colon text.
 */

/** Flags and addresses that any new or existing link can be given in one request. */
export interface LinkAttributes {
  readonly mtu?: number;
  readonly mac?: string;
  /** Sets or clears IFF_UP. */
  readonly up?: boolean;
  /** Name of the bridge to join; null leaves it. */
  readonly master?: string | null;
  /** Alias text (IFLA_IFALIAS), shown by `ip link`. */
  readonly alias?: string;
}

/** The far end of a veth pair. */
export interface VethPeer {
  readonly name: string;
  readonly mac?: string;
  readonly mtu?: number;
  /** An open namespace descriptor: the peer is born there. Default: the socket's own namespace. */
  readonly netnsFd?: number;
}

/** A link to create. */
export type LinkSpec = { readonly name: string } & LinkAttributes &
  (
    | { readonly kind: 'bridge'; readonly bridge?: BridgeAttributes }
    | { readonly kind: 'veth'; readonly peer: VethPeer }
    | ({ readonly kind: 'macvlan'; readonly mode: MacvlanMode } & OnParent)
    | ({ readonly kind: 'ipvlan'; readonly mode: IpvlanMode; readonly flag: IpvlanFlag } & OnParent)
    | { readonly kind: 'vlan'; readonly parent: string; readonly id: number }
    | { readonly kind: 'vxlan'; readonly vxlan: VxlanAttributes }
    | { readonly kind: 'dummy' }
  );

/** Settings of a bridge (IFLA_BR_*). */
export interface BridgeAttributes {
  /** Spanning tree; default off. */
  readonly stp?: boolean;
  /** Seconds before a port forwards; 0 without spanning tree. */
  readonly forwardDelaySeconds?: number;
}

/** A link that shares the wire of another. */
export interface OnParent {
  /** Name of the other in the socket's namespace. */
  readonly parent: string;
  /** An open namespace descriptor: the link is born there. Default: the socket's own namespace. */
  readonly netnsFd?: number;
}

/** How macvlan devices on one parent see each other (MACVLAN_MODE_*). */
export type MacvlanMode = 'bridge' | 'private' | 'vepa' | 'passthru';

/** At which layer frames are told apart; `l3s` lets netfilter of the parent's namespace see them too. */
export type IpvlanMode = 'l2' | 'l3' | 'l3s';

/** Who of one parent may talk to each other directly. */
export type IpvlanFlag = 'bridge' | 'private' | 'vepa';

/** Settings of a VXLAN device (IFLA_VXLAN_*). */
export interface VxlanAttributes {
  readonly vni: number;
  readonly parent?: string;
  readonly local?: string;
  readonly remote?: string;
  readonly port?: number;
  readonly learning?: boolean;
}

/** Changes to an existing link. */
export interface LinkChanges extends LinkAttributes {
  /** New name; the link must be down. */
  readonly name?: string;
  /** Moves the link into this namespace. */
  readonly netnsFd?: number;
  /** Settings of the link as a port of a bridge. */
  readonly bridgePort?: BridgePortAttributes;
}

/** Settings of a port of a bridge (IFLA_BRPORT_*). */
export interface BridgePortAttributes {
  /** Lets a frame leave by the port it came in on. */
  readonly hairpin?: boolean;
  /** `disabled` cuts the port off at once, without waiting for the kernel as a deletion would. */
  readonly state?: 'disabled' | 'forwarding';
}

/** A link as the kernel reports it. */
export interface LinkInfo {
  readonly index: number;
  readonly name: string;
  /** IFLA_INFO_KIND: `bridge`, `veth`, ...; undefined for hardware and loopback. */
  readonly kind?: string;
  readonly mac?: string;
  readonly mtu: number;
  readonly up: boolean;
  readonly operState: string;
  /** Index of the bridge that it is a port of. */
  readonly masterIndex?: number;
  /** Index of the veth peer or parent, and the namespace id it is in, if another. */
  readonly peerIndex?: number;
  readonly peerNetnsId?: number;
  readonly alias?: string;
}

/** An address as the kernel tells of it (RTM_NEWADDR). */
export interface AddressInfo {
  readonly linkIndex: number;
  /** With prefix length: `172.17.0.1/16`. */
  readonly address: string;
  readonly family: 4 | 6;
  readonly scope: 'global' | 'link' | 'host';
}

/** A route to make or delete (RTM_NEWROUTE). */
export interface RouteSpec {
  /** `10.0.0.0/8`, or `default` (then `family` says which). */
  readonly destination: string;
  readonly family: 4 | 6;
  /** Next hop; without it the route is on-link. */
  readonly gateway?: string;
  readonly link?: string;
  readonly metric?: number;
  /** Preferred source address. */
  readonly source?: string;
}

/** A route as the kernel tells of it. */
export interface RouteInfo {
  readonly destination: string;
  readonly family: 4 | 6;
  readonly gateway?: string;
  readonly linkIndex?: number;
  readonly metric?: number;
  readonly source?: string;
  readonly table: number;
  readonly protocol: number;
}

/** A neighbour to make or delete (RTM_NEWNEIGH). */
export interface NeighborSpec {
  readonly link: string;
  readonly address: string;
  readonly mac: string;
  readonly permanent?: boolean;
}

/** A neighbour as the kernel tells of it. */
export interface NeighborInfo {
  readonly linkIndex: number;
  readonly address: string;
  readonly mac?: string;
  readonly state: number;
}

/** An entry of a forwarding database to make or delete (RTM_NEWNEIGH, AF_BRIDGE). */
export interface FdbSpec {
  /** The bridge port or vxlan link. */
  readonly link: string;
  readonly mac: string;
  /** Remote tunnel endpoint, for vxlan. */
  readonly destination?: string;
}

/** An entry of a forwarding database as the kernel tells of it. */
export interface FdbInfo {
  readonly linkIndex: number;
  readonly mac: string;
  readonly destination?: string;
  readonly masterIndex?: number;
}

/** What the kernel told a multicast listener. */
export type NetlinkEvent =
  | { readonly type: 'link.new' | 'link.gone'; readonly link: LinkInfo }
  | { readonly type: 'address.new' | 'address.gone'; readonly address: AddressInfo }
  | { readonly type: 'route.new' | 'route.gone'; readonly route: RouteInfo }
  /** The kernel dropped events (ENOBUFS): list again. */
  | { readonly type: 'overrun' };

/**
 * rtnetlink in the one namespace that the socket was opened in, from whichever namespace the caller is in
 * now. All calls are synchronous; a kernel refusal is thrown as `NetlinkError` with errno and the kernel's
 * extended-ack text.
 */
export interface Rtnetlink extends Disposable {
  addLink(spec: LinkSpec): void;
  setLink(name: string, changes: LinkChanges): void;
  /** Waits 10 to 50 ms in the kernel. */
  deleteLink(name: string): void;
  /** The same on another thread: the event loop goes on. */
  deleteLinkAsync(name: string): Promise<void>;
  link(name: string): LinkInfo | undefined;
  links(): LinkInfo[];
  /** IPv6 addresses are added without duplicate address detection. */
  addAddress(link: string, address: string): void;
  deleteAddress(link: string, address: string): void;
  addresses(): AddressInfo[];
  addRoute(route: RouteSpec): void;
  deleteRoute(route: RouteSpec): void;
  /** Those of one table (254 is `main`), which the kernel picks out, or of all; so with the family. */
  routes(family?: 4 | 6, table?: number): RouteInfo[];
  addNeighbor(neighbor: NeighborSpec): void;
  deleteNeighbor(neighbor: Pick<NeighborSpec, 'link' | 'address'>): void;
  neighbors(): NeighborInfo[];
  addFdb(entry: FdbSpec): void;
  deleteFdb(entry: FdbSpec): void;
  fdb(): FdbInfo[];
  /** Runs `build`; every change it asks for is sent as one datagram, and the acknowledgements are read after. The first refusal is thrown once all have been read. Reads are not allowed inside. */
  batch(build: (changes: RtnetlinkChanges) => void): void;
}

/** The part of {@link Rtnetlink} that changes the kernel at once and so can be batched. */
export type RtnetlinkChanges = Pick<
  Rtnetlink,
  | 'addLink'
  | 'setLink'
  | 'deleteLink'
  | 'addAddress'
  | 'deleteAddress'
  | 'addRoute'
  | 'deleteRoute'
  | 'addNeighbor'
  | 'deleteNeighbor'
  | 'addFdb'
  | 'deleteFdb'
>;
