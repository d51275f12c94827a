import { type EphemeralPorts, fallbackEphemeralRange } from './allocator.js';

/**
 * Reads the two settings of the host that rule ephemeral ports (ip-sysctl in the kernel's documentation).
 * @param range text of `net.ipv4.ip_local_port_range`, `32768 60999`; undefined if it can't be read
 * @param reserved text of `net.ipv4.ip_local_reserved_ports`, `8080,9000-9010`, often empty
 */
export function parseEphemeralPorts(
  range: string | undefined,
  reserved: string | undefined,
): EphemeralPorts {
  const [, first = '', last = ''] = /^\s*(\d+)\s+(\d+)\s*$/.exec(range ?? '') ?? [];
  const isRange = Number(first) > 0 && Number(first) <= Number(last) && Number(last) <= 65535;
  return {
    range: isRange ? { first: Number(first), last: Number(last) } : fallbackEphemeralRange,
    reserved: new Set((reserved ?? '').split(',').flatMap(portsOf)),
  };
}

function portsOf(text: string): number[] {
  const [, first, last = first] = /^\s*(\d+)(?:-(\d+))?\s*$/.exec(text) ?? [];
  if (first === undefined) return [];
  const count = Math.min(Number(last), 65535) - Number(first) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, i) => Number(first) + i);
}
