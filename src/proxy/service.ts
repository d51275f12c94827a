import type { Readiness } from '../native/epoll.js';
import type { Fd } from '../native/fd.js';
import { MAX_DESCRIPTORS, SocketMessages } from '../native/socketmessage.js';
import { type Listener, Owner } from './owner.js';
import { partOf, type ServedPorts } from './protocol.js';
import { TcpListener } from './tcp-listener.js';
import type { UdpMeans } from './udp-flow.js';
import { UdpListener } from './udp-listener.js';

/** The longest datagram there is. */
const DATAGRAM_BYTES = 65_536;
/** Room for `in6_pktinfo` and whatever else a socket was told to say. */
const CONTROL_BYTES = 256;

/** A part of what is served, small enough for one packet. */
export interface Holding {
  readonly owner: string;
  readonly ports: ServedPorts;
  readonly sockets: readonly number[];
}

/** All that the proxy serves, by owner. */
export class Service {
  readonly #owners = new Map<string, Owner>();
  /** Owners that were closed while flows of theirs go on. */
  readonly #closed = new Set<Owner>();
  readonly #means: UdpMeans;
  readonly #changed: () => void;

  /** `changed` is called when there may be nothing to do any more. */
  constructor(parts: { readiness: Readiness; now: () => number; changed: () => void }) {
    const messages = new SocketMessages({ length: DATAGRAM_BYTES, control: CONTROL_BYTES });
    this.#means = { readiness: parts.readiness, messages, now: parts.now };
    this.#changed = parts.changed;
  }

  /** Whether there are neither ports nor flows. */
  get isIdle(): boolean {
    return [...this.#owners.values(), ...this.#closed].every(
      ({ listeners, flows }) => listeners.length === 0 && flows === 0,
    );
  }

  /** Serves ports as well. The sockets are its own from now on. */
  serve(name: string, ports: ServedPorts, sockets: readonly Fd[]): void {
    const owner = this.#owners.get(name) ?? new Owner(name, this.#changed);
    this.#owners.set(name, owner);
    owner.ports.push(ports);
    sockets.forEach((socket, offset) => {
      const to = { host: ports.toAddress, port: ports.toPort + offset };
      owner.listeners.push(this.#listener(ports.protocol, { socket, owner, to }));
    });
  }

  /** Closes all ports of an owner and ends its flows; unknown is fine. */
  stop(name: string): void {
    const owner = this.#owners.get(name);
    this.#owners.delete(name);
    owner?.close();
    owner?.end();
    this.#changed();
  }

  /** Closes all ports; flows go on. */
  retire(): void {
    for (const owner of this.#owners.values()) {
      owner.close();
      this.#closed.add(owner);
    }
    this.#owners.clear();
    this.#changed();
  }

  /** Everything that is served. */
  *holdings(): Generator<Holding> {
    for (const { name, ports, listeners } of this.#owners.values()) {
      let at = 0;
      for (const range of ports) {
        for (let offset = 0; offset < range.count; offset += MAX_DESCRIPTORS) {
          const count = Math.min(MAX_DESCRIPTORS, range.count - offset);
          const sockets = listeners.slice(at + offset, at + offset + count).map(({ fd }) => fd);
          yield { owner: name, ports: partOf(range, offset, count), sockets };
        }
        at += range.count;
      }
    }
  }

  #listener(
    protocol: ServedPorts['protocol'],
    parts: { socket: Fd; owner: Owner; to: { host: string; port: number } },
  ): Listener {
    if (protocol === 'udp') return new UdpListener({ ...parts, means: this.#means });
    return new TcpListener({ ...parts, readiness: this.#means.readiness });
  }
}
