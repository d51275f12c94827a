import type { ProxyForward } from '../../cnm/kernel.js';
import { countOf } from '../../cnm/ports/ranges.js';
import { MAX_DESCRIPTORS } from '../../native/socketmessage.js';
import { partsOf, type ServedPart } from '../../proxy/protocol.js';
import type { HostSocketStore } from './host-socket-store.js';
import type { PortSlot } from './port-slot.js';

/** A port that the proxy serves, and where it leads. */
export interface Served {
  readonly slot: PortSlot;
  readonly toAddress: string;
  readonly toPort: number;
}

/** The ports of a forward, as far as they are held. */
export function servedSlots(forward: ProxyForward, store: Pick<HostSocketStore, 'held'>): Served[] {
  const { protocol, hostIp, hostPort, containerIp, containerPort } = forward;
  return store.held(protocol, hostIp, hostPort, countOf(forward)).map((slot) => ({
    slot,
    toAddress: containerIp,
    toPort: containerPort + slot.port - hostPort,
  }));
}

/** The same in parts of one packet each; ports without a socket are left out. */
export function servedParts(served: readonly Served[]): ServedPart<number>[] {
  const ports = served.flatMap(({ slot, toAddress, toPort }) => {
    const { protocol, address, port, socket } = slot;
    if (!socket || protocol === 'sctp') return [];
    return [{ protocol, address, port, toAddress, toPort, socket: socket.number }];
  });
  return partsOf(ports, MAX_DESCRIPTORS);
}
