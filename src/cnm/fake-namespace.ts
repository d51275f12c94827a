import type { FdbSpec, NeighborSpec, RouteSpec } from '../native/netlink-ts/model.js';

/** A link of a fake namespace; a veth knows its other end. */
export interface FakeLink {
  name: string;
  readonly index: number;
  readonly kind?: string;
  mac?: string;
  mtu: number;
  up: boolean;
  master?: string;
  hairpin?: boolean;
  portState?: 'disabled' | 'forwarding';
  readonly parent?: string;
  peer?: { readonly namespace: FakeNamespace; readonly link: FakeLink };
}

/** One fake network namespace. */
export interface FakeNamespace {
  readonly links: Map<string, FakeLink>;
  readonly addresses: { readonly link: string; readonly address: string }[];
  readonly routes: RouteSpec[];
  readonly neighbors: NeighborSpec[];
  readonly fdb: FdbSpec[];
  readonly sysctls: Map<string, string>;
  nextIndex: number;
}

/** A namespace with nothing but a loopback that is down. */
export function newNamespace(): FakeNamespace {
  const lo: FakeLink = { name: 'lo', index: 1, mtu: 65536, up: false };
  return {
    links: new Map([['lo', lo]]),
    addresses: [],
    routes: [],
    neighbors: [],
    fdb: [],
    sysctls: new Map(),
    nextIndex: 2,
  };
}

/** Removes a link and, of a veth, the other end. */
export function destroy(namespace: FakeNamespace, name: string): void {
  const link = namespace.links.get(name);
  if (!link) return;
  forget(namespace, link);
  if (link.peer) forget(link.peer.namespace, link.peer.link);
}

/** Adds a link, with the next index. */
export function create(namespace: FakeNamespace, name: string, rest: Partial<FakeLink>): FakeLink {
  const link = { mtu: 1500, up: false, ...rest, name, index: namespace.nextIndex++ };
  namespace.links.set(name, link);
  return link;
}

/** Removes a link with its addresses, routes and settings, and frees its ports. */
export function forget(namespace: FakeNamespace, link: FakeLink): void {
  const { name } = link;
  namespace.links.delete(name);
  for (const port of namespace.links.values()) if (port.master === name) delete port.master;
  keep(namespace.addresses, (at) => at.link !== name);
  keep(namespace.routes, (route) => route.link !== name && stillReached(namespace, route));
  keep(namespace.neighbors, (neighbor) => neighbor.link !== name);
  keep(namespace.fdb, (entry) => entry.link !== name);
  for (const key of namespace.sysctls.keys())
    if (key.split('/')[3] === name) namespace.sysctls.delete(key);
}

/** A route without a device goes with the addresses that made its gateway reachable. */
function stillReached(namespace: FakeNamespace, route: RouteSpec): boolean {
  return route.link !== undefined || route.gateway === undefined || namespace.addresses.length > 0;
}

function keep<T>(list: T[], wanted: (item: T) => boolean): void {
  list.splice(0, list.length, ...list.filter(wanted));
}
