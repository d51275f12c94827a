import { cidrOf, contains, parseInterfaceAddress } from '../base/cidr.js';
import { System } from '../base/errors.js';
import { parseIp } from '../base/ip.js';
import type {
  AddressInfo,
  FdbSpec,
  LinkChanges,
  LinkInfo,
  LinkSpec,
  NeighborSpec,
  RouteInfo,
  RouteSpec,
} from '../native/netlink-ts/model.js';
import { create, destroy, type FakeLink, type FakeNamespace, forget } from './fake-namespace.js';
import type { Links } from './kernel.js';

/** rtnetlink of one fake namespace; it refuses what the kernel refuses, with the same errno. */
export class FakeLinks implements Links {
  readonly #namespace: FakeNamespace;
  readonly #namespaceOfFd: (fd: number) => FakeNamespace;
  readonly #gate: (change: string) => void;
  readonly #absentKinds: ReadonlySet<LinkSpec['kind']>;

  constructor(options: {
    namespace: FakeNamespace;
    namespaceOfFd: (fd: number) => FakeNamespace;
    gate: (change: string) => void;
    absentKinds: ReadonlySet<LinkSpec['kind']>;
  }) {
    this.#absentKinds = options.absentKinds;
    this.#namespace = options.namespace;
    this.#namespaceOfFd = options.namespaceOfFd;
    this.#gate = options.gate;
  }

  addLink(spec: LinkSpec): void {
    this.#gate(`addLink ${spec.name}`);
    if (this.#absentKinds.has(spec.kind)) throw errno('EOPNOTSUPP', spec.name);
    if (spec.kind === 'macvlan' || spec.kind === 'ipvlan') this.#addOnParent(spec);
    else this.#addHere(spec);
  }

  #addHere(spec: Exclude<LinkSpec, { kind: 'macvlan' | 'ipvlan' }>): void {
    if (spec.mac?.startsWith('01:')) throw errno('EADDRNOTAVAIL', spec.mac);
    const peerHome =
      spec.kind === 'veth' && spec.peer.netnsFd !== undefined
        ? this.#namespaceOfFd(spec.peer.netnsFd)
        : this.#namespace;
    if (this.#namespace.links.has(spec.name)) throw errno('EEXIST', spec.name);
    if (spec.kind === 'veth' && peerHome.links.has(spec.peer.name))
      throw errno('EEXIST', spec.peer.name);
    if (spec.master) this.#find(spec.master);
    if (spec.kind === 'vlan') this.#find(spec.parent);
    const link = create(this.#namespace, spec.name, {
      kind: spec.kind,
      ...attributes(spec),
      ...(spec.kind === 'vlan' && { parent: spec.parent }),
    });
    if (spec.kind !== 'veth') return;
    const peer = create(peerHome, spec.peer.name, { kind: 'veth', ...attributes(spec.peer) });
    link.peer = { namespace: peerHome, link: peer };
    peer.peer = { namespace: this.#namespace, link };
  }

  setLink(name: string, changes: LinkChanges): void {
    this.#gate(`setLink ${name}`);
    const link = this.#find(name);
    if (changes.master) this.#find(changes.master);
    if (changes.bridgePort && !(link.master ?? changes.master))
      throw errno('EOPNOTSUPP', `${name} is no bridge port`);
    Object.assign(link, attributes(changes));
    if (changes.master === null) delete link.master;
    if (changes.bridgePort?.hairpin !== undefined) link.hairpin = changes.bridgePort.hairpin;
    if (changes.bridgePort?.state) link.portState = changes.bridgePort.state;
    if (changes.name !== undefined) this.#rename(link, changes.name);
    if (changes.netnsFd !== undefined) this.#move(link, this.#namespaceOfFd(changes.netnsFd));
  }

  deleteLink(name: string): void {
    this.#gate(`deleteLink ${name}`);
    this.#find(name);
    this.destroy(name);
  }

  async deleteLinkAsync(name: string): Promise<void> {
    this.deleteLink(name);
  }

  link(name: string): LinkInfo | undefined {
    const link = this.#namespace.links.get(name);
    return link && this.#info(link);
  }

  links(): LinkInfo[] {
    return [...this.#namespace.links.values()].map((link) => this.#info(link));
  }

  addAddress(link: string, address: string): void {
    this.#gate(`addAddress ${link} ${address}`);
    this.#find(link);
    if (this.#namespace.addresses.some((at) => at.link === link && at.address === address))
      throw errno('EEXIST', address);
    this.#namespace.addresses.push({ link, address });
  }

  deleteAddress(link: string, address: string): void {
    this.#gate(`deleteAddress ${link} ${address}`);
    this.#find(link);
    remove(
      this.#namespace.addresses,
      (at) => at.link === link && at.address === address,
      'EADDRNOTAVAIL',
    );
  }

  addresses(): AddressInfo[] {
    return this.#namespace.addresses.map(({ link, address }) => ({
      linkIndex: this.#find(link).index,
      address,
      family: address.includes(':') ? 6 : 4,
      scope: 'global',
    }));
  }

  addRoute(route: RouteSpec): void {
    this.#gate(`addRoute ${route.destination}`);
    if (route.link !== undefined) this.#find(route.link);
    if (route.gateway !== undefined && !this.#reaches(route.gateway))
      throw errno('ENETUNREACH', route.gateway);
    if (this.#namespace.routes.some((other) => sameRoute(other, route)))
      throw errno('EEXIST', route.destination);
    this.#namespace.routes.push(route);
  }

  deleteRoute(route: RouteSpec): void {
    this.#gate(`deleteRoute ${route.destination}`);
    const matches = (other: RouteSpec) =>
      sameRoute(other, route) && (route.gateway === undefined || other.gateway === route.gateway);
    remove(this.#namespace.routes, matches, 'ESRCH');
  }

  routes(family?: 4 | 6, table = 254): RouteInfo[] {
    if (table !== 254) return [];
    return this.#namespace.routes
      .filter((route) => family === undefined || route.family === family)
      .map(({ link, ...route }) => ({
        ...route,
        ...(link !== undefined && { linkIndex: this.#find(link).index }),
        table: 254,
        protocol: 4,
      }));
  }

  addNeighbor(neighbor: NeighborSpec): void {
    this.#gate(`addNeighbor ${neighbor.address}`);
    this.#namespace.neighbors.push(neighbor);
  }

  deleteNeighbor(neighbor: Pick<NeighborSpec, 'link' | 'address'>): void {
    this.#gate(`deleteNeighbor ${neighbor.address}`);
    remove(
      this.#namespace.neighbors,
      (other) => other.link === neighbor.link && other.address === neighbor.address,
      'ENOENT',
    );
  }

  addFdb(entry: FdbSpec): void {
    this.#gate(`addFdb ${entry.mac}`);
    this.#namespace.fdb.push(entry);
  }

  deleteFdb(entry: FdbSpec): void {
    this.#gate(`deleteFdb ${entry.mac}`);
    remove(
      this.#namespace.fdb,
      (other) => other.link === entry.link && other.mac === entry.mac,
      'ENOENT',
    );
  }

  /** Removes a link with all that hangs on it; unknown is fine. */
  destroy(name: string): void {
    destroy(this.#namespace, name);
  }

  /** Everything of the namespace as data. Disabled ports and hairpin show only where they are set. */
  state(): unknown {
    const { links, addresses, routes, neighbors, fdb, sysctls } = this.#namespace;
    const shown = [...links.values()].map(({ index: _, peer, ...link }) => ({
      ...link,
      ...(peer && { peer: peer.link.name }),
    }));
    return {
      links: shown.sort((a, b) => (a.name < b.name ? -1 : 1)),
      addresses: addresses.map(({ link, address }) => `${link} ${address}`).sort(),
      routes: [...routes],
      neighbors: [...neighbors],
      fdb: [...fdb],
      sysctls: Object.fromEntries([...sysctls].sort()),
    };
  }

  /** In any namespace, but always on a link of this one; its MTU is the parent's unless told. */
  #addOnParent(spec: LinkSpec & { kind: 'macvlan' | 'ipvlan' }): void {
    const home = spec.netnsFd === undefined ? this.#namespace : this.#namespaceOfFd(spec.netnsFd);
    const { name, mtu } = this.#find(spec.parent);
    if (name === 'lo' || (spec.mtu ?? 0) > mtu) throw errno('EINVAL', spec.name);
    // As Linux 6.1, which looks here too.
    for (const { links } of [home, this.#namespace])
      if (links.has(spec.name)) throw errno('EEXIST', spec.name);
    create(home, spec.name, { kind: spec.kind, mtu, ...attributes(spec), parent: name });
  }

  #find(name: string): FakeLink {
    const link = this.#namespace.links.get(name);
    if (!link) throw errno('ENODEV', name);
    return link;
  }

  #info(link: FakeLink): LinkInfo {
    const master = link.master === undefined ? undefined : this.#namespace.links.get(link.master);
    return {
      index: link.index,
      name: link.name,
      mtu: link.mtu,
      up: link.up,
      operState: link.up ? 'up' : 'down',
      ...(link.kind !== undefined && { kind: link.kind }),
      ...(link.mac !== undefined && { mac: link.mac }),
      ...(master && { masterIndex: master.index }),
      ...(link.peer && { peerIndex: link.peer.link.index }),
    };
  }

  #rename(link: FakeLink, name: string): void {
    if (this.#namespace.links.has(name)) throw errno('EEXIST', name);
    const before = link.name;
    this.#namespace.links.delete(before);
    link.name = name;
    this.#namespace.links.set(name, link);
    renameIn(this.#namespace.addresses, before, name);
    renameIn(this.#namespace.routes, before, name);
    renameIn(this.#namespace.neighbors, before, name);
    renameIn(this.#namespace.fdb, before, name);
  }

  #move(link: FakeLink, target: FakeNamespace): void {
    if (target.links.has(link.name)) throw errno('EEXIST', link.name);
    forget(this.#namespace, link);
    target.links.set(link.name, link);
    if (link.peer) link.peer.link.peer = { namespace: target, link };
  }

  #reaches(gateway: string): boolean {
    const ip = parseIp(gateway);
    return this.#namespace.addresses.some(({ address }) => {
      const own = parseInterfaceAddress(address);
      return own !== undefined && ip !== undefined && contains(cidrOf(own.ip, own.prefix), ip);
    });
  }
}

/** An error as the kernel's are: with the name of an errno in `code`. */
export function errno(code: string, subject: string): System & { code: string } {
  return Object.assign(new System(`${subject}: ${code}`), { code });
}

type Attributes = Pick<LinkChanges, 'mtu' | 'mac' | 'up' | 'master'>;

function attributes({ mtu, mac, up, master }: Attributes): Partial<FakeLink> {
  return {
    ...(mtu !== undefined && { mtu }),
    ...(mac !== undefined && { mac }),
    ...(up !== undefined && { up }),
    ...(master && { master }),
  };
}

function renameIn<T extends { readonly link?: string }>(
  list: T[],
  before: string,
  name: string,
): void {
  list.forEach((item, at) => {
    if (item.link === before) list[at] = { ...item, link: name };
  });
}

function sameRoute(a: RouteSpec, b: RouteSpec): boolean {
  return a.destination === b.destination && a.family === b.family && a.metric === b.metric;
}

function remove<T>(list: T[], matches: (item: T) => boolean, code: string): void {
  const at = list.findIndex(matches);
  if (at < 0) throw errno(code, 'no such entry');
  list.splice(at, 1);
}
