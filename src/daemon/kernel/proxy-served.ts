import type { ProxyForward } from '../../cnm/kernel.js';
import { countOf } from '../../cnm/ports/ranges.js';
import { MAX_DESCRIPTORS } from '../../native/socketmessage.js';
import { partsOf, type ServedPart } from '../../proxy/protocol.js';
import type { HostSocketStore, PortRow } from './host-socket-store.js';
import type { PortSlot } from './port-slot.js';

/** A port that the proxy serves, and where it leads. */
export interface Served {
  readonly slot: PortSlot;
  readonly toAddress: string;
  readonly toPort: number;
}

/** The host's ports of a forward. */
export function rowOf(forward: ProxyForward): PortRow {
  const { protocol, hostIp: address, hostPort: first } = forward;
  return { protocol, address, first, count: countOf(forward) };
}

/** The ports of a forward that have sockets. */
export function servedSlots(
  forward: ProxyForward,
  store: Pick<HostSocketStore, 'slots'>,
): Served[] {
  return servedBy(forward, store.slots(rowOf(forward)));
}

/** Where a forward leads these ports of it. */
export function servedBy(
  { containerIp, containerPort, hostPort }: ProxyForward,
  slots: readonly PortSlot[],
): Served[] {
  return slots.map((slot) => ({
    slot,
    toAddress: containerIp,
    toPort: containerPort + slot.port - hostPort,
  }));
}

/** The same in parts of one packet each. */
export function servedParts(all: readonly Served[]): ServedPart<number>[] {
  const ports = all.flatMap(({ slot, toAddress, toPort }) => {
    const { protocol, address, port, socket } = slot;
    if (protocol === 'sctp') return [];
    return [{ protocol, address, port, toAddress, toPort, socket: socket.number }];
  });
  return partsOf(ports, MAX_DESCRIPTORS);
}
