import { System } from '../base/errors.js';
import type { Family } from '../base/ip.js';
import { KeyedMutex } from '../base/mutex.js';
import { commonFamily, flowsOf, flowsToPort, type PortProtocol } from './conntrack-filter.js';
import type { Conntrack, ConntrackEntry, ConntrackFilter } from './conntrack-model.js';
import { NetfilterSocket } from './conntrack-socket.js';
import {
  countIn,
  countRequest,
  decodeEntry,
  deleteRequest,
  dumpRequest,
} from './conntrack-wire.js';
import { SyscallError } from './libc.js';
import type { Message } from './netlink-ts/wire.js';

const ENOENT = 2;

/** Opens the connection tracking table of the calling thread's network namespace. @throws SyscallError */
export function openConntrack(): Conntrack {
  const socket = new NetfilterSocket();
  try {
    return new CtNetlink({ socket, poolSocket: new NetfilterSocket() });
  } catch (error) {
    socket[Symbol.dispose]();
    throw error;
  }
}

class CtNetlink implements Conntrack {
  readonly #socket: NetfilterSocket;
  /** For asynchronous dumps alone, one at a time: synchronous calls may come while one is under way. */
  readonly #poolSocket: NetfilterSocket;
  readonly #mutex = new KeyedMutex();

  constructor({ socket, poolSocket }: Record<'socket' | 'poolSocket', NetfilterSocket>) {
    this.#socket = socket;
    this.#poolSocket = poolSocket;
  }

  count(): number {
    const counts: number[] = [];
    this.#socket.request([countRequest()], (message) => counts.push(countIn(message) ?? 0));
    return Math.max(0, ...counts);
  }

  list(family?: Family): ConntrackEntry[] {
    const entries: ConntrackEntry[] = [];
    if (this.count() > 0) this.#socket.dump(dumpRequest(family ?? 0), collect(entries, isAny));
    return entries;
  }

  flush(...filters: readonly ConntrackFilter[]): number {
    if (filters.length === 0 || this.count() === 0) return 0;
    const entries: ConntrackEntry[] = [];
    const request = dumpRequest(commonFamily(filters) ?? 0);
    this.#socket.dump(request, collect(entries, anyOf(filters)));
    return this.#delete(entries);
  }

  async flushAsync(...filters: readonly ConntrackFilter[]): Promise<number> {
    if (filters.length === 0 || this.count() === 0) return 0;
    const entries: ConntrackEntry[] = [];
    const request = dumpRequest(commonFamily(filters) ?? 0);
    await this.#mutex.run('dump', () =>
      this.#poolSocket.dumpAsync(request, collect(entries, anyOf(filters))),
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
    const answers = this.#socket.request(entries.map(deleteRequest));
    const refused = answers.find((errno) => errno !== 0 && errno !== ENOENT);
    if (refused !== undefined) {
      throw new System('could not end a tracked connection', {
        cause: new SyscallError('conntrack delete', refused),
      });
    }
    return answers.filter((errno) => errno === 0).length;
  }
}

/** Puts the entries of a dump that are meant into `entries`. */
function collect(entries: ConntrackEntry[], isMeant: (entry: ConntrackEntry) => boolean) {
  return (message: Message): void => {
    const entry = decodeEntry(message);
    if (entry && isMeant(entry)) entries.push(entry);
  };
}

function isAny(): boolean {
  return true;
}

function anyOf(filters: readonly ConntrackFilter[]): (entry: ConntrackEntry) => boolean {
  return (entry) =>
    filters.some((f) => (f.family ?? entry.family) === entry.family && f.matches(entry));
}
