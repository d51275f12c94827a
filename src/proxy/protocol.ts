/**
 * What the daemon and the proxy say to each other over a SOCK_SEQPACKET unix socket: one JSON object a packet,
 * sockets beside it (SCM_RIGHTS). The daemon begins with `hello`; the proxy answers with its own, with a `holds`
 * for all that it serves, and with `ready`.
 *
 * Whatever the versions, both sides know `hello`, `retire` and `exit`, so that a new daemon can be rid of an
 * old proxy.
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
  /** Serves these as well from now on; `ports.count` sockets come along, in the order of their ports. */
  | { readonly op: 'serve'; readonly owner: string; readonly ports: ServedPorts }
  /** Closes everything of the owner, and ends its flows. Answered by `stopped` with the same ticket. */
  | { readonly op: 'stop'; readonly owner: string; readonly ticket: number }
  /** Closes all ports, lets flows come to their end, and ends itself then. */
  | { readonly op: 'retire' }
  /** Ends itself and all flows at once. */
  | { readonly op: 'exit' };

/** From the proxy. */
export type Report =
  | { readonly op: 'hello'; readonly version: number }
  /** Served already; `ports.count` sockets come along. */
  | { readonly op: 'holds'; readonly owner: string; readonly ports: ServedPorts }
  | { readonly op: 'ready' }
  | { readonly op: 'stopped'; readonly ticket: number };

/** The part of a range that begins `offset` ports after its first one. */
export function partOf(ports: ServedPorts, offset: number, count: number): ServedPorts {
  return { ...ports, port: ports.port + offset, toPort: ports.toPort + offset, count };
}
