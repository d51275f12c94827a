import { System } from '../base/errors.js';
import type { Family } from '../base/ip.js';
import { KeyedMutex } from '../base/mutex.js';
import { commonFamily, flowsOf, flowsToPort, type PortProtocol } from './conntrack-filter.js';
import type { Conntrack, ConntrackEntry, ConntrackFilter } from './conntrack-model.js';
import {
  countIn,
  countRequest,
  decodeEntry,
  deleteRequest,
  dumpRequest,
} from './conntrack-wire.js';
import { NetlinkError } from './netlink-ts/error.js';
import type { NetlinkSocket } from './netlink-ts/socket.js';
import type { Message } from './netlink-ts/wire.js';
import { openNfnetlink } from './nfnetlink.js';

const ENOENT = 2;
const LISTING = 'list tracked connections';
const DELETION = 'end tracked connections';

/** Opens the connection tracking table of the calling thread's network namespace. @throws NetlinkError */
export function openConntrack(): Conntrack {
  const socket = openNfnetlink();
  try {
    return new CtNetlink({ socket, poolSocket: openNfnetlink() });
  } catch (error) {
    socket[Symbol.dispose]();
    throw error;
  }
}

class CtNetlink implements Conntrack {
  readonly #socket: NetlinkSocket;
  /** For asynchronous dumps alone, one at a time: synchronous calls may come while one is under way. */
  readonly #poolSocket: NetlinkSocket;
  readonly #mutex = new KeyedMutex();

  constructor({ socket, poolSocket }: Record<'socket' | 'poolSocket', NetlinkSocket>) {
    this.#socket = socket;
    this.#poolSocket = poolSocket;
  }

  count(): number {
    let count = 0;
    this.#socket.ask('count tracked connections', countRequest(), (message) => {
      count = countIn(message) ?? 0;
    });
    return count;
  }

  list(family?: Family): ConntrackEntry[] {
    if (this.count() === 0) return [];
    return this.#socket.dump(LISTING, dumpRequest(family ?? 0), decodeEntry);
  }

  flush(...filters: readonly ConntrackFilter[]): number {
    if (filters.length === 0 || this.count() === 0) return 0;
    const request = dumpRequest(commonFamily(filters) ?? 0);
    return this.#delete(this.#socket.dump(LISTING, request, decodeAny(filters)));
  }

  async flushAsync(...filters: readonly ConntrackFilter[]): Promise<number> {
    if (filters.length === 0 || this.count() === 0) return 0;
    const request = dumpRequest(commonFamily(filters) ?? 0);
    const entries = await this.#mutex.run('dump', () =>
      this.#poolSocket.dumpAsync(LISTING, request, decodeAny(filters)),
    );
    return this.#delete(entries);
  }

  deleteByAddress(address: string): number {
    return this.flush(flowsOf(address));
  }

  deleteByHostPort(protocol: PortProtocol, port: number, hostAddress?: string): number {
    return this.flush(flowsToPort(protocol, port, hostAddress));
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
    this.#poolSocket[Symbol.dispose]();
  }

  #delete(entries: readonly ConntrackEntry[]): number {
    const answers = this.#socket.changeEach(DELETION, entries.map(deleteRequest));
    const refused = answers.find((errno) => errno !== 0 && errno !== ENOENT);
    if (refused !== undefined) {
      throw new System('could not end a tracked connection', {
        cause: new NetlinkError({ operation: DELETION, errno: refused }),
      });
    }
    return answers.filter((errno) => errno === 0).length;
  }
}

/** Reads the entries of a listing that a filter means. */
function decodeAny(filters: readonly ConntrackFilter[]) {
  return (message: Message): ConntrackEntry | undefined => {
    const entry = decodeEntry(message);
    return entry && filters.some((filter) => isMeant(filter, entry)) ? entry : undefined;
  };
}

function isMeant(filter: ConntrackFilter, entry: ConntrackEntry): boolean {
  return (filter.family ?? entry.family) === entry.family && filter.matches(entry);
}
