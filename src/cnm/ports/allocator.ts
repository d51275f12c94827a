import { Conflict, messageOf, System } from '../../base/errors.js';
import { formatIp, ip } from '../../base/ip.js';
import {
  type HostSocket,
  type HostSockets,
  isTaken,
  refusalText,
  refusedPort,
} from './host-sockets.js';
import type { PortBinding, PortProtocol, PortRange, PortRequest } from './port-binding.js';
import { PortTable } from './port-table.js';
import { joined } from './ranges.js';

/** Where ephemeral host ports come from. */
export interface EphemeralPorts {
  /** The host's `net.ipv4.ip_local_port_range`. */
  readonly range: PortRange;
  /** Ports never chosen: the host's `net.ipv4.ip_local_reserved_ports`. */
  readonly reserved: ReadonlySet<number>;
}

/** Used where the host's own range can't be read: the dynamic ports of RFC 6335. */
export const fallbackEphemeralRange: PortRange = { first: 49153, last: 65535 };

/** How often another port is tried when some other program holds the chosen one. */
const attempts = 10;

/** What an owner has, apart: there may be thousands. */
interface Held {
  readonly bindings: PortBinding[];
  readonly sockets: HostSocket[];
}

/** Ports to choose from, in order, with the text for "none of them". */
interface Candidates {
  readonly exact: boolean;
  readonly ports: Iterable<number>;
  readonly label: string;
}

/**
 * Hands out host ports. Each is really held by an open socket for as long as its owner has it, so
 * that neither a second container nor another program on the host gets it too.
 */
export class PortAllocator {
  readonly #sockets: HostSockets;
  readonly #ephemeral: () => EphemeralPorts;
  readonly #table = new PortTable();
  readonly #held = new Map<string, Held>();
  readonly #lastUsed = new Map<PortProtocol, number>();

  /** @param parts.ephemeral asked anew for each reservation, because the host's settings may change */
  constructor(parts: { sockets: HostSockets; ephemeral: () => EphemeralPorts }) {
    this.#sockets = parts.sockets;
    this.#ephemeral = parts.ephemeral;
  }

  /**
   * Reserves all ports or none. Exact host ports go first, then ranges, then ephemeral ones, so that
   * no mapping takes the port that another one of the same owner names.
   * @param owner who holds them, an endpoint id
   * @returns the bindings in the order of `wanted`, one for each host address; neighbours are put together
   * @throws Conflict when the owner holds ports already
   * @throws System in Docker's words when a port is taken
   */
  reserve(owner: string, wanted: readonly PortRequest[]): PortBinding[] {
    if (this.#held.has(owner)) throw new Conflict(`${owner} holds host ports already`);
    const held: Held = { bindings: [], sockets: [] };
    const found = new Array<readonly PortBinding[]>(wanted.length);
    const canonical = new CanonicalAddresses();
    try {
      for (const rank of ranks) {
        for (const [at, request] of wanted.entries()) {
          if (rankOf(request) !== rank) continue;
          found[at] = this.#bind(request, canonical.of(request.hostIps), held);
        }
      }
    } catch (error) {
      this.#letGo(held);
      throw error;
    }
    const bindings: PortBinding[] = [];
    for (const some of found) for (const binding of some) bindings.push(binding);
    this.#held.set(owner, { bindings, sockets: held.sockets });
    return joined(bindings);
  }

  /** Never gives this port away: a program of the host that others rely on listens there, the daemon itself. */
  exclude(protocol: PortProtocol, address: string, port: number): void {
    this.#table.add(protocol, formatIp(ip(address)), port);
  }

  /**
   * Reserves exactly these bindings, as they were before the daemon restarted.
   * @throws as {@link reserve} does
   */
  restore(owner: string, bindings: readonly PortBinding[]): void {
    this.reserve(
      owner,
      bindings.map(({ protocol, containerPort, hostIp, hostPort, count }) => ({
        protocol,
        containerPort,
        hostIps: [hostIp],
        hostPort,
        ...(count !== undefined && { count }),
      })),
    );
  }

  /** Gives back whatever the owner holds. */
  release(owner: string): void {
    const held = this.#held.get(owner);
    this.#held.delete(owner);
    if (held) this.#letGo(held);
  }

  /** The bindings that the owner holds. */
  bindingsOf(owner: string): readonly PortBinding[] {
    return this.#held.get(owner)?.bindings ?? [];
  }

  /** Adds to `held` what it opens. */
  #bind(request: PortRequest, addresses: readonly string[], held: Held): PortBinding[] {
    const { exact, ports, label } = this.#candidates(request);
    let failures = 0;
    for (const port of ports) {
      const clash = addresses.find(
        (address) => !this.#table.isFree(request.protocol, address, port, request.count),
      );
      if (clash !== undefined && exact) throw this.#allocated(request, clash, port);
      if (clash !== undefined) continue;
      try {
        return this.#open(request, addresses, port, held);
      } catch (error) {
        if (exact || !(error instanceof PortRefused) || !error.isTaken) throw error;
        if (++failures === attempts) throw error;
      }
    }
    throw new System(`Bind for ${addresses[0]}:${label} failed: all ports are allocated`);
  }

  /** Of a range, the first port that is taken is named. */
  #allocated({ protocol, count = 1 }: PortRequest, address: string, first: number): System {
    const ports = Array.from({ length: count }, (_, offset) => first + offset);
    const port = ports.find((one) => !this.#table.isFree(protocol, address, one)) ?? first;
    return new System(`Bind for ${address}:${port} failed: port is already allocated`);
  }

  #candidates({ protocol, hostPort }: PortRequest): Candidates {
    if (typeof hostPort === 'number') return { exact: true, ports: [hostPort], label: '' };
    if (hostPort) {
      const label = `${hostPort.first}-${hostPort.last}`;
      const exact = hostPort.first === hostPort.last;
      return { exact, ports: cycle(hostPort, hostPort.first), label };
    }
    const { range, reserved } = this.#ephemeral();
    const start = (this.#lastUsed.get(protocol) ?? range.last) + 1;
    const ports = cycle(range, start);
    return { exact: false, ports: without(ports, reserved), label: '0' };
  }

  /** Opens the port on every address, or on none. */
  #open(
    request: PortRequest,
    addresses: readonly string[],
    port: number,
    held: Held,
  ): PortBinding[] {
    const { protocol, count } = request;
    const opened: Held = { bindings: [], sockets: [] };
    for (const address of addresses) {
      try {
        opened.sockets.push(this.#sockets.open(protocol, address, port, count ?? 1));
        this.#table.add(protocol, address, port, count);
        opened.bindings.push(bindingOf(request, address, port));
      } catch (error) {
        this.#letGo(opened);
        throw refused(error, protocol, address, refusedPort(error) ?? port);
      }
    }
    if (request.hostPort === undefined) this.#lastUsed.set(protocol, port);
    for (const binding of opened.bindings) held.bindings.push(binding);
    for (const socket of opened.sockets) held.sockets.push(socket);
    return opened.bindings;
  }

  #letGo({ bindings, sockets }: Held): void {
    for (const { protocol, hostIp, hostPort, count } of bindings)
      this.#table.delete(protocol, hostIp, hostPort, count);
    for (const socket of sockets) socket[Symbol.dispose]();
  }
}

function bindingOf(
  { protocol, containerPort, count }: PortRequest,
  hostIp: string,
  hostPort: number,
): PortBinding {
  const binding = { protocol, containerPort, hostIp, hostPort };
  return count === undefined ? binding : { ...binding, count };
}

/** Addresses in canonical text; those of most requests are the same list. */
class CanonicalAddresses {
  readonly #lists = new Map<readonly string[], readonly string[]>();

  /** @throws InvalidParameter */
  of(list: readonly string[]): readonly string[] {
    const known = this.#lists.get(list);
    if (known) return known;
    const texts = list.map((text) => formatIp(ip(text)));
    this.#lists.set(list, texts);
    return texts;
  }
}

/** Which requests go first. */
const ranks = [0, 1, 2] as const;

function rankOf({ hostPort }: PortRequest): (typeof ranks)[number] {
  if (typeof hostPort === 'number') return 0;
  return hostPort ? 1 : 2;
}

/** Every port of the range once, from `start` on and then from the beginning. */
function* cycle({ first, last }: PortRange, start: number): Generator<number> {
  const count = last - first + 1;
  const offset = start >= first && start <= last ? start - first : 0;
  for (let i = 0; i < count; i++) yield first + ((offset + i) % count);
}

function* without(ports: Iterable<number>, left: ReadonlySet<number>): Generator<number> {
  for (const port of ports) if (!left.has(port)) yield port;
}

function refused(
  error: unknown,
  protocol: PortProtocol,
  address: string,
  port: number,
): PortRefused {
  const shown = address.includes(':') ? `[${address}]` : address;
  const why = refusalText(error) ?? messageOf(error);
  const text = `failed to bind host port ${shown}:${port}/${protocol}: ${why}`;
  return new PortRefused(text, isTaken(error));
}

/** The kernel's refusal in Docker's words. Without a cause, whose text would follow: clients know this one as it is. */
class PortRefused extends System {
  /** Whether some other program has the port, so that another port may do. */
  readonly isTaken: boolean;

  constructor(text: string, taken: boolean) {
    super(text);
    this.isTaken = taken;
  }
}
