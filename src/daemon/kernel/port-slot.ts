import { isIPv6 } from 'node:net';
import type { PortProtocol } from '../../cnm/ports/port-binding.js';
import { tellDestination } from '../../native/datagram.js';
import type { Fd } from '../../native/fd.js';
import { boundPort, boundSocket, listen } from '../../native/inetsocket.js';
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
  /** Absent while it is still to be opened, and for protocols that this kernel has no sockets of. */
  socket?: Fd;
  /** `leaving`: nobody's any more, but not closed yet. `gone`: closed, or never opened. */
  state: 'held' | 'leaving' | 'gone';
  /** How often the proxy was given it; 0 if it does not have it. */
  given: number;
  /** Its filter was taken off, for the proxy. */
  isOpen: boolean;
  /** It was found with the proxy of an earlier daemon, and is in use. */
  adopted: boolean;
  /** Whoever waits for the socket; then it is opened without a filter. */
  opened?: (slot: PortSlot) => void;
}

/** A port that is held, without its socket. */
export function newSlot(protocol: PortProtocol, address: string, port: number): PortSlot {
  return { protocol, address, port, state: 'held', given: 0, isOpen: false, adopted: false };
}

/**
 * Opens a slot's socket, which answers nobody: packets are rewritten before they would reach it, and what comes
 * while no rule stands is dropped by a filter. @throws SyscallError
 */
export function openSocket({ protocol, address, port, opened }: PortSlot): Fd {
  const socket = boundSocket(protocol, { address, port });
  try {
    if (!opened) attachDropAll(socket);
    if (protocol === 'udp') tellDestination(socket, isIPv6(address) ? 6 : 4);
    else listen(socket, BACKLOG);
    return outOfTheWay(socket);
  } catch (error) {
    socket.close();
    throw error;
  }
}

/** The port that the kernel chose where none was asked for. */
export function slotPort(socket: Fd, asked: number): number {
  return asked === 0 ? boundPort(socket) : asked;
}

/** The proxy may be a moment behind with closing its copy of a UDP socket. @throws SyscallError */
export function openPatiently(slot: PortSlot): Fd {
  const until = performance.now() + PROXY_CLOSES_MS;
  for (;;) {
    try {
      return openSocket(slot);
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
