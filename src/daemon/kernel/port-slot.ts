import { isIPv6 } from 'node:net';
import type { PortProtocol } from '../../cnm/ports/port-binding.js';
import { tellDestination } from '../../native/datagram.js';
import type { Fd } from '../../native/fd.js';
import { boundPort, boundSocket, listen, stopListening } from '../../native/inetsocket.js';
import { isErrno } from '../../native/libc.js';
import { attachDropAll } from '../../native/socketfilter.js';

/** As many as the kernel lets wait to be accepted (net.core.somaxconn), for the proxy's listeners. */
const BACKLOG = 65_535;

/** Sockets have numbers from here on: libraries that use select(2) can't do with large ones for their own. */
const FIRST_NUMBER = 1024;
/** How long a port is waited for that the proxy is just about to close. */
const PROXY_CLOSES_MS = 100;

/** A port of one host address that is ours, or has been until now. */
export interface PortSlot {
  readonly protocol: PortProtocol;
  /** In canonical text. */
  readonly address: string;
  readonly port: number;
  readonly socket: Fd;
  /** `leaving`: nobody's any more, but not closed yet. `gone`: closed. */
  state: 'held' | 'leaving' | 'gone';
  /** How often the proxy was given it; 0 if it does not have it. */
  given: number;
  /** Its filter was taken off, for the proxy. */
  isOpen: boolean;
  /** False for one that the proxy is to serve no more: who connects is refused. */
  takesConnections: boolean;
  /** It was found with the proxy of an earlier daemon, and is in use. */
  adopted: boolean;
}

/** Which port. */
export type Place = Pick<PortSlot, 'protocol' | 'address' | 'port'>;

/**
 * Opens a port's socket, which answers nobody: packets are rewritten before they would reach it, and what comes
 * while no rule stands is dropped by a filter, unless it `isOpen`. @throws SyscallError
 */
export function openSlot({ protocol, address, port }: Place, isOpen = false): PortSlot {
  const socket = openSocket({ protocol, address, port }, isOpen);
  const chosen = port === 0 ? boundPort(socket) : port;
  return {
    protocol,
    address,
    port: chosen,
    socket,
    state: 'held',
    given: 0,
    isOpen,
    takesConnections: true,
    adopted: false,
  };
}

/** Of how many ports that go together connections are refused at once; each takes some 5 µs. */
export const REFUSED_AT_ONCE = 64;

/** Refuses connections from now on, whether the proxy has closed its copy yet or not. */
export function refuseConnections(slot: PortSlot): void {
  if (slot.protocol !== 'tcp' || !slot.takesConnections) return;
  slot.takesConnections = false;
  stopListening(slot.socket);
}

/** Takes connections again. @throws SyscallError EADDRINUSE if somebody else does so by now */
export function takeConnections(slot: PortSlot): void {
  if (slot.takesConnections) return;
  listen(slot.socket, BACKLOG);
  slot.takesConnections = true;
}

function openSocket({ protocol, address, port }: Place, isOpen: boolean): Fd {
  const socket = boundSocket(protocol, { address, port });
  try {
    if (!isOpen) attachDropAll(socket);
    if (protocol === 'udp') tellDestination(socket, isIPv6(address) ? 6 : 4);
    else listen(socket, BACKLOG);
    return outOfTheWay(socket);
  } catch (error) {
    socket.close();
    throw error;
  }
}

/** The proxy may be a moment behind with closing its copy of a UDP socket. @throws SyscallError */
export function openPatiently(place: Place): PortSlot {
  const until = performance.now() + PROXY_CLOSES_MS;
  for (;;) {
    try {
      return openSlot(place);
    } catch (error) {
      if (!isErrno(error, 'EADDRINUSE') || performance.now() > until) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

/** The same socket by a larger number, if there may be one. */
export function outOfTheWay(socket: Fd): Fd {
  try {
    const moved = socket.duplicate(FIRST_NUMBER);
    socket.close();
    return moved;
  } catch (error) {
    if (isErrno(error, 'EINVAL', 'EMFILE')) return socket;
    throw error;
  }
}
