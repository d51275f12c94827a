import { type DecodedPacket, decode } from 'dns-packet';
import type { DnsSandbox } from './model.js';

/** A container on the network `n1`, for tests. */
export const fakeSandbox: DnsSandbox = {
  id: 's1',
  view: { networks: [{ networkId: 'n1' }] },
  upstreams: [],
  hasGateway: true,
  ndotsSet: false,
  search: [],
  hasIPv6: true,
};

/** A reply that must have come at once, and its size in bytes. */
export function decoded(
  reply: Buffer | Promise<Buffer> | undefined,
): DecodedPacket & { size: number } {
  if (!Buffer.isBuffer(reply)) throw new Error('no answer at once');
  return { ...decode(reply), size: reply.length };
}

/** The data of each answer. */
export function dataOf(packet: DecodedPacket): unknown[] {
  return (packet.answers ?? []).map((answer) => ('data' in answer ? answer.data : undefined));
}
