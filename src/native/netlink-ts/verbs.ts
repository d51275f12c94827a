import { newAddress, removeAddress } from './addr.js';
import type { Channel } from './channel.js';
import { newFdb, removeFdb } from './fdb.js';
import { changeBridgePort, changeLink, newLink, removeLink } from './link-change.js';
import type {
  FdbSpec,
  LinkChanges,
  LinkSpec,
  NeighborSpec,
  RouteSpec,
  RtnetlinkChanges,
} from './model.js';
import { linkAlias } from './name.js';
import { newNeighbor, removeNeighbor } from './neigh.js';
import { newRoute, removeRoute } from './route.js';

/** The verbs that change something, each as the requests it takes, over either kind of channel. */
export class Verbs implements RtnetlinkChanges {
  readonly #channel: Channel;

  constructor({ channel }: { channel: Channel }) {
    this.#channel = channel;
  }

  addLink(spec: LinkSpec): void {
    const channel = this.#channel;
    const operation = `addLink ${spec.name}`;
    const indexOf = (name: string) => channel.indexOf(operation, name);
    const alias = spec.alias === undefined ? undefined : linkAlias(spec.alias);
    channel.submit(operation, newLink(spec, indexOf));
    channel.added(spec);
    if (alias === undefined) return;
    channel.submit(operation, changeLink(channel.target(spec.name), { alias }, indexOf));
  }

  setLink(name: string, changes: LinkChanges): void {
    const channel = this.#channel;
    const { bridgePort, ...others } = changes;
    const operation = `setLink ${name}`;
    const indexOf = (other: string) => channel.indexOf(operation, other);
    const byIndex = changes.name !== undefined || bridgePort !== undefined;
    const target = byIndex ? { index: indexOf(name) } : channel.target(name);
    const moves = changes.netnsFd !== undefined;
    const port = () => {
      if (bridgePort && 'index' in target) {
        channel.submit(operation, changeBridgePort(target.index, bridgePort));
      }
    };
    // A link that leaves is no longer found here afterwards.
    if (moves) port();
    if (hasAny(others)) channel.submit(operation, changeLink(target, others, indexOf));
    if (!moves) port();
    if (moves) channel.gone(name);
    else if (changes.name !== undefined) channel.gone(name, changes.name);
  }

  deleteLink(name: string): void {
    this.#channel.submit(`deleteLink ${name}`, removeLink(this.#channel.target(name)));
    this.#channel.gone(name);
  }

  addAddress(link: string, address: string): void {
    const operation = `addAddress ${address} on ${link}`;
    const index = this.#channel.indexOf(operation, link);
    this.#channel.submit(operation, newAddress(index, address));
  }

  deleteAddress(link: string, address: string): void {
    const operation = `deleteAddress ${address} on ${link}`;
    const index = this.#channel.indexOf(operation, link);
    this.#channel.submit(operation, removeAddress(index, address));
  }

  addRoute(route: RouteSpec): void {
    const operation = `addRoute ${routeText(route)}`;
    this.#channel.submit(operation, newRoute(route, this.#routeLink(operation, route)));
  }

  deleteRoute(route: RouteSpec): void {
    const operation = `deleteRoute ${routeText(route)}`;
    this.#channel.submit(operation, removeRoute(route, this.#routeLink(operation, route)));
  }

  addNeighbor(neighbor: NeighborSpec): void {
    const operation = `addNeighbor ${neighbor.address} on ${neighbor.link}`;
    const index = this.#channel.indexOf(operation, neighbor.link);
    this.#channel.submit(operation, newNeighbor(index, neighbor));
  }

  deleteNeighbor({ link, address }: Pick<NeighborSpec, 'link' | 'address'>): void {
    const operation = `deleteNeighbor ${address} on ${link}`;
    const index = this.#channel.indexOf(operation, link);
    this.#channel.submit(operation, removeNeighbor(index, address));
  }

  addFdb(entry: FdbSpec): void {
    const operation = `addFdb ${entry.mac} on ${entry.link}`;
    const index = this.#channel.indexOf(operation, entry.link);
    this.#channel.submit(operation, newFdb(index, entry));
  }

  deleteFdb(entry: FdbSpec): void {
    const operation = `deleteFdb ${entry.mac} on ${entry.link}`;
    const index = this.#channel.indexOf(operation, entry.link);
    this.#channel.submit(operation, removeFdb(index, entry));
  }

  #routeLink(operation: string, { link }: RouteSpec): number | undefined {
    return link === undefined ? undefined : this.#channel.indexOf(operation, link);
  }
}

function routeText({ destination, gateway, link }: RouteSpec): string {
  const via = gateway === undefined ? '' : ` via ${gateway}`;
  return `${destination}${via}${link === undefined ? '' : ` on ${link}`}`;
}

function hasAny(changes: object): boolean {
  return Object.values(changes).some((value) => value !== undefined);
}
