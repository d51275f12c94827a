import type { ProxyForward } from '../../cnm/kernel.js';
import { countOf } from '../../cnm/ports/ranges.js';
import { MAX_DESCRIPTORS } from '../../native/socketmessage.js';
import type { ServedPorts } from '../../proxy/protocol.js';
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

/** What fits into one packet for the proxy. */
export interface ServedPacket {
  readonly ports: ServedPorts;
  readonly sockets: readonly number[];
}

/** The same as ranges, with their sockets; ports without one are left out. */
export function servedPorts(served: readonly Served[]): ServedPacket[] {
  const packets: { ports: ServedPorts; sockets: number[] }[] = [];
  for (const { slot, toAddress, toPort } of served) {
    const { protocol, address, port, socket } = slot;
    if (!socket || protocol === 'sctp') continue;
    const last = packets.at(-1);
    const one = { protocol, address, port, toAddress, toPort, count: 1 };
    if (last && goesOn(last.ports, one) && last.sockets.length < MAX_DESCRIPTORS) {
      last.ports = { ...last.ports, count: last.ports.count + 1 };
      last.sockets.push(socket.number);
    } else {
      packets.push({ ports: one, sockets: [socket.number] });
    }
  }
  return packets;
}

function goesOn(before: ServedPorts, next: ServedPorts): boolean {
  return (
    before.protocol === next.protocol &&
    before.address === next.address &&
    before.toAddress === next.toAddress &&
    before.port + before.count === next.port &&
    before.toPort + before.count === next.toPort
  );
}
