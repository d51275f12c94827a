import { System } from '../base/errors.js';
import type { Family } from '../base/ip.js';
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

const ENOENT = 2;

/** Opens the connection tracking table of the calling thread's network namespace. @throws SyscallError */
export function openConntrack(): Conntrack {
  return new CtNetlink(new NetfilterSocket());
}

class CtNetlink implements Conntrack {
  readonly #socket: NetfilterSocket;

  constructor(socket: NetfilterSocket) {
    this.#socket = socket;
  }

  count(): number {
    const counts: number[] = [];
    this.#socket.request([countRequest()], (message) => counts.push(countIn(message) ?? 0));
    return Math.max(0, ...counts);
  }

  list(family?: Family): ConntrackEntry[] {
    const entries: ConntrackEntry[] = [];
    if (this.count() === 0) return entries;
    this.#socket.dump(dumpRequest(family ?? 0), (message) => {
      const entry = decodeEntry(message);
      if (entry) entries.push(entry);
    });
    return entries;
  }

  flush(...filters: readonly ConntrackFilter[]): number {
    if (filters.length === 0) return 0;
    const isMeant = (entry: ConntrackEntry) =>
      filters.some((f) => (f.family ?? entry.family) === entry.family && f.matches(entry));
    return this.#delete(this.list(commonFamily(filters)).filter(isMeant));
  }

  deleteByAddress(address: string): number {
    return this.flush(flowsOf(address));
  }

  deleteByHostPort(protocol: PortProtocol, port: number, hostAddress?: string): number {
    return this.flush(flowsToPort(protocol, port, hostAddress));
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
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
