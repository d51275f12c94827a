/**
 * What the daemon and the proxy say to each other over a SOCK_SEQPACKET unix socket: one JSON object a packet,
 * sockets beside it (SCM_RIGHTS). The daemon begins with `hello`; the proxy answers with its own, with a `holds`
 * for all that it serves, and with `ready`.
 *
 * Whatever the versions, both sides know `hello`, `retire` and `exit`. A daemon that finds a proxy of another
 * version, older or newer, has it retire: that one serves its flows to their end, while the daemon binds the ports
 * anew and gives them to a proxy of its own. New connections are refused for the few milliseconds between.
 */

/** Changes with any message that an older side would misunderstand. */
export const PROTOCOL_VERSION = 1;

/** Ports of the host that lead to as many ports of a container, one to one. */
export interface ServedPorts {
  readonly protocol: 'tcp' | 'udp';
  /** The host's address and first port. */
  readonly address: string;
  readonly port: number;
  /** The container's. */
  readonly toAddress: string;
  readonly toPort: number;
  readonly count: number;
}

/** From the daemon. */
export type Order =
  | { readonly op: 'hello'; readonly version: number }
  /** Serves these as well from now on; a socket for each port comes along, in their order. */
  | { readonly op: 'serve'; readonly owner: string; readonly ports: readonly ServedPorts[] }
  /** Closes everything of the owner, and ends its flows. Answered by `stopped` with the same ticket. */
  | { readonly op: 'stop'; readonly owner: string; readonly ticket: number }
  /** Closes all ports and then the connection, lets flows come to their end, and ends itself then. */
  | { readonly op: 'retire' }
  /** Ends itself and all flows at once. */
  | { readonly op: 'exit' };

/** From the proxy. */
export type Report =
  | { readonly op: 'hello'; readonly version: number }
  /** Served already; a socket for each port comes along, in their order. */
  | { readonly op: 'holds'; readonly owner: string; readonly ports: readonly ServedPorts[] }
  | { readonly op: 'ready' }
  | { readonly op: 'stopped'; readonly ticket: number };

/** One port of the host with its socket, in whatever shape, and where it leads. */
export interface ServedPort<S> extends Omit<ServedPorts, 'count'> {
  readonly socket: S;
}

/** A part of what is served that fits into one packet. */
export interface ServedPart<S> {
  readonly ports: readonly ServedPorts[];
  readonly sockets: readonly S[];
}

/** Puts neighbouring ports together, and cuts all of it into parts of at most `most` sockets. */
export function partsOf<S>(all: readonly ServedPort<S>[], most: number): ServedPart<S>[] {
  const parts: ServedPart<S>[] = [];
  for (let at = 0; at < all.length; at += most) {
    const some = all.slice(at, at + most);
    const ports: ServedPorts[] = [];
    for (const { socket: _, ...port } of some) {
      const last = ports.at(-1);
      if (last && goesOn(last, port)) ports[ports.length - 1] = { ...last, count: last.count + 1 };
      else ports.push({ ...port, count: 1 });
    }
    parts.push({ ports, sockets: some.map(({ socket }) => socket) });
  }
  return parts;
}

/** The ports of a part one by one. */
export function portsOf<S>({ ports, sockets }: ServedPart<S>): ServedPort<S>[] {
  const left = sockets.values();
  return ports.flatMap(({ count, port, toPort, ...rest }) =>
    Array.from({ length: count }, (_, offset) => offset).flatMap((offset) => {
      const socket = left.next();
      if (socket.done) return [];
      return [{ ...rest, port: port + offset, toPort: toPort + offset, socket: socket.value }];
    }),
  );
}

function goesOn(before: ServedPorts, next: Omit<ServedPorts, 'count'>): boolean {
  return (
    before.protocol === next.protocol &&
    before.address === next.address &&
    before.toAddress === next.toAddress &&
    before.port + before.count === next.port &&
    before.toPort + before.count === next.toPort
  );
}
