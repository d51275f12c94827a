import { isIPv6 } from 'node:net';
import type { PortProtocol } from '../../cnm/ports/port-binding.js';
import { tellDestination } from '../../native/datagram.js';
import type { Fd } from '../../native/fd.js';
import { boundPort, boundSocket, listen } from '../../native/inetsocket.js';
import { attachDropAll } from '../../native/socketfilter.js';

/** As many as the kernel lets wait to be accepted (net.core.somaxconn), for the proxy's listeners. */
const BACKLOG = 65_535;

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
  /** It was found with the proxy of an earlier daemon, and is in use. */
  adopted: boolean;
  /** Whoever waits for the socket; then it is opened without a filter. */
  opened?: (slot: PortSlot) => void;
}

/** A port that is held, without its socket. */
export function newSlot(protocol: PortProtocol, address: string, port: number): PortSlot {
  return { protocol, address, port, state: 'held', given: 0, adopted: false };
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
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

/** The port that the kernel chose where none was asked for. */
export function slotPort(socket: Fd, asked: number): number {
  return asked === 0 ? boundPort(socket) : asked;
}
