import type { Readiness } from '../native/epoll.js';
import type { Fd } from '../native/fd.js';
import { SocketMessages } from '../native/socketmessage.js';
import { type Listener, Owner } from './owner.js';
import type { ServedPort } from './protocol.js';
import { Room } from './room.js';
import { TcpListener } from './tcp-listener.js';
import type { UdpMeans } from './udp-flow.js';
import { UdpListener } from './udp-listener.js';

/** The longest datagram there is. */
const DATAGRAM_BYTES = 65_536;
/** Docker's `UDPConnTrackTimeout`. */
const UDP_IDLE_MS = 90_000;
/** Room for `in6_pktinfo` and whatever else a socket was told to say. */
const CONTROL_BYTES = 256;

/** Flows at a time, of all owners: more would not fit into the heap. */
const MOST_FLOWS = 65_536;
/** A flow takes two descriptors; as many are left for ports. */
const DESCRIPTORS_PER_FLOW = 4;

/** All that the proxy serves, by owner. */
export class Service {
  readonly #owners = new Map<string, Owner>();
  /** Owners that were closed while flows of theirs go on. */
  readonly #closed = new Set<Owner>();
  readonly #room: Room;
  readonly #means: UdpMeans;
  readonly #changed: () => void;

  /**
   * `descriptors` are how many there may be; a UDP flow without datagrams is forgotten after `udpIdleMs`, by default
   * as by Docker's proxy; `changed` is called when there may be nothing to do any more.
   */
  constructor(parts: {
    readiness: Readiness;
    now: () => number;
    descriptors: number;
    udpIdleMs?: number;
    changed: () => void;
  }) {
    this.#room = Room.of(
      Math.min(MOST_FLOWS, Math.floor(parts.descriptors / DESCRIPTORS_PER_FLOW)),
    );
    const messages = new SocketMessages({ length: DATAGRAM_BYTES, control: CONTROL_BYTES });
    const { readiness, now, udpIdleMs = UDP_IDLE_MS } = parts;
    this.#means = { readiness, messages, now, idleMs: udpIdleMs };
    this.#changed = parts.changed;
  }

  /** Whether there are neither ports nor flows. */
  get isIdle(): boolean {
    return [...this.#owners.values(), ...this.#closed].every(
      ({ listeners, flows }) => listeners.length === 0 && flows === 0,
    );
  }

  /** Serves ports as well. The sockets are its own from now on. */
  serve(name: string, ports: readonly ServedPort<Fd>[]): void {
    const owner = this.#owners.get(name) ?? new Owner(name, this.#room, this.#changed);
    this.#owners.set(name, owner);
    for (const port of ports) owner.listeners.push(this.#listener(port, owner));
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

  /** Everything that is served, by owner. */
  holdings(): { readonly owner: string; readonly ports: readonly ServedPort<Fd>[] }[] {
    return [...this.#owners.values()].map(({ name, listeners }) => ({
      owner: name,
      ports: listeners.map(({ port }) => port),
    }));
  }

  #listener(port: ServedPort<Fd>, owner: Owner): Listener {
    if (port.protocol === 'udp') return new UdpListener({ port, owner, means: this.#means });
    return new TcpListener({ port, owner, readiness: this.#means.readiness });
  }
}
