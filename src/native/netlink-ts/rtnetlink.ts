import { decodeAddress, getAddresses } from './addr.js';
import { BatchChannel } from './batch.js';
import { ImmediateChannel, LinkLookup } from './channel.js';
import { DeleteQueue } from './delete-queue.js';
import { NetlinkError } from './error.js';
import { decodeFdb, getFdb } from './fdb.js';
import { decodeLink, getLink } from './link.js';
import { removeLink } from './link-change.js';
import type {
  AddressInfo,
  FdbInfo,
  LinkInfo,
  NeighborInfo,
  RouteInfo,
  Rtnetlink,
  RtnetlinkChanges,
} from './model.js';
import { interfaceName } from './name.js';
import { decodeNeighbor, getNeighbors } from './neigh.js';
import { routeSocket } from './open.js';
import { decodeRoute, getRoutes } from './route.js';
import { NetlinkSocket } from './socket.js';
import { sys } from './sys.js';
import { Verbs } from './verbs.js';

/**
 * Opens rtnetlink in the network namespace that the calling thread is in now; it stays there, wherever the
 * thread goes. Holds two descriptors until disposed. @throws NetlinkError
 */
export function openRtnetlink(): Rtnetlink {
  const socket = new NetlinkSocket(sys(), routeSocket);
  try {
    return new KernelRtnetlink({ socket, deletions: new NetlinkSocket(sys(), routeSocket) });
  } catch (error) {
    socket[Symbol.dispose]();
    throw error;
  }
}

class KernelRtnetlink extends Verbs implements Rtnetlink {
  readonly #socket: NetlinkSocket;
  readonly #lookup: LinkLookup;
  readonly #deletions: DeleteQueue;

  constructor({ socket, deletions }: { socket: NetlinkSocket; deletions: NetlinkSocket }) {
    const lookup = new LinkLookup(socket);
    super({ channel: new ImmediateChannel({ socket, lookup }) });
    this.#socket = socket;
    this.#lookup = lookup;
    this.#deletions = new DeleteQueue({ socket: deletions });
  }

  async deleteLinkAsync(name: string): Promise<void> {
    const target = { name: interfaceName(name) };
    await this.#deletions.delete(`deleteLink ${name}`, removeLink(target));
  }

  link(name: string): LinkInfo | undefined {
    return this.#lookup.link(name);
  }

  links(): LinkInfo[] {
    return this.#socket.dump('links', getLink(), decodeLink);
  }

  addresses(): AddressInfo[] {
    return this.#socket.dump('addresses', getAddresses(), decodeAddress);
  }

  routes(family?: 4 | 6, table?: number): RouteInfo[] {
    if (family === undefined) return [...this.routes(4, table), ...this.routes(6, table)];
    try {
      return this.#socket.dump('routes', getRoutes(family, table), decodeRoute);
    } catch (error) {
      // A table is made with its first route.
      if (error instanceof NetlinkError && error.code === 'ENOENT') return [];
      throw error;
    }
  }

  neighbors(): NeighborInfo[] {
    return this.#socket.dump('neighbors', getNeighbors(), decodeNeighbor);
  }

  fdb(): FdbInfo[] {
    return this.#socket.dump('fdb', getFdb(), decodeFdb);
  }

  batch(build: (changes: RtnetlinkChanges) => void): void {
    const channel = new BatchChannel({ socket: this.#socket, lookup: this.#lookup });
    build(new Verbs({ channel }));
    channel.send();
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
    this.#deletions[Symbol.dispose]();
  }
}
