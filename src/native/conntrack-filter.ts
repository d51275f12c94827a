import { type Family, formatIp, ip } from '../base/ip.js';
import type { ConntrackFilter } from './conntrack-model.js';

/** Protocols whose flows are told apart by ports. */
export type PortProtocol = 'tcp' | 'udp' | 'sctp';

/** Every flow from or to the address, before or after translation. @throws InvalidParameter */
export function flowsOf(address: string): ConntrackFilter {
  const parsed = ip(address);
  const canonical = formatIp(parsed);
  return {
    family: parsed.family,
    matches: ({ original, reply }) =>
      [original, reply].some((t) => t.source === canonical || t.destination === canonical),
  };
}

/**
 * Every flow that was begun to the port as published on the host, not to the container's port behind it.
 * With `hostAddress`, only flows begun to this address; without, also those that merely pass through the
 * host to the same port elsewhere: they are tracked anew by their next packet. @throws InvalidParameter
 */
export function flowsToPort(
  protocol: PortProtocol,
  port: number,
  hostAddress?: string,
): ConntrackFilter {
  const host = hostAddress === undefined ? undefined : ip(hostAddress);
  const canonical = host && formatIp(host);
  return {
    ...(host && { family: host.family }),
    matches: (entry) =>
      entry.protocol === protocol &&
      entry.original.destinationPort === port &&
      (canonical === undefined || entry.original.destination === canonical),
  };
}

/**
 * Every flow that was begun to one of many ports as published on the host, first and last of each range: the
 * question costs the same for one port and for ten thousand. On whatever address, as {@link flowsToPort}.
 */
export function flowsToPorts(
  protocol: PortProtocol,
  ranges: readonly (readonly [first: number, last: number])[],
): ConntrackFilter {
  const wanted = new Uint8Array(65_536);
  for (const [first, last] of ranges) wanted.fill(1, first, last + 1);
  return {
    matches: ({ protocol: of, original }) =>
      of === protocol && wanted[original.destinationPort ?? 0] === 1,
  };
}

/** The family that all filters ask for; undefined if they don't agree. */
export function commonFamily(filters: readonly ConntrackFilter[]): Family | undefined {
  const [first] = filters;
  return filters.every(({ family }) => family === first?.family) ? first?.family : undefined;
}
