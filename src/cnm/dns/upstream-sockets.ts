import { createSocket, type Socket as DgramSocket } from 'node:dgram';
import { Socket } from 'node:net';
import type { Family } from '../../base/ip.js';
import type { DnsSandbox } from './model.js';

/** The network namespace that a socket is opened in: the host's, or a sandbox's. */
export type SocketPlace = 'host' | DnsSandbox;

/** Sockets for questions to name servers outside. They are connected by the caller, who owns them. */
export interface UpstreamSockets {
  /** A UDP socket, not connected. */
  udp(place: SocketPlace, family: Family): DgramSocket;
  /** A TCP socket, not connected. */
  tcp(place: SocketPlace, family: Family): Socket;
}

/** Opens descriptors in a namespace: non-blocking, close-on-exec, bound to a port of the kernel's choice. */
export interface UpstreamDescriptors {
  /** @throws an error when the namespace is gone */
  udp(place: SocketPlace, family: Family): number;
  /** @throws an error when the namespace is gone */
  tcp(place: SocketPlace, family: Family): number;
}

/**
 * Node's sockets on descriptors that were opened in the right namespace. A socket stays in the
 * namespace that it was made in, so connecting it needs no further care.
 */
export function socketsFromDescriptors(descriptors: UpstreamDescriptors): UpstreamSockets {
  return {
    udp(place, family) {
      const socket = createSocket(family === 4 ? 'udp4' : 'udp6');
      socket.bind({ fd: descriptors.udp(place, family) });
      return socket;
    },
    tcp(place, family) {
      // Without manualStart Node reads at once, which fails on a socket that is not connected.
      const options = { fd: descriptors.tcp(place, family), manualStart: true };
      return new Socket(options);
    },
  };
}
