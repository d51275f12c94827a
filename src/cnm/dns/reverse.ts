import { formatIp, type Ip, ipFromBytes, parseIp } from '../../base/ip.js';

/** The address that a name under `in-addr.arpa` or `ip6.arpa` stands for. Undefined for any other name. */
export function addressOfReverseName(name: string): Ip | undefined {
  const lower = name.toLowerCase();
  if (lower.endsWith('.in-addr.arpa')) return fromV4(lower.slice(0, -'.in-addr.arpa'.length));
  if (lower.endsWith('.ip6.arpa')) return fromV6(lower.slice(0, -'.ip6.arpa'.length));
  return undefined;
}

/** The name under which the address is looked up (RFC 1035 3.5, RFC 3596 2.5). */
export function reverseName(ip: Ip): string {
  if (ip.family === 4) return `${formatIp(ip).split('.').toReversed().join('.')}.in-addr.arpa`;
  const digits = ip.value.toString(16).padStart(32, '0');
  return `${[...digits].toReversed().join('.')}.ip6.arpa`;
}

function fromV4(text: string): Ip | undefined {
  return parseIp(text.split('.').toReversed().join('.'));
}

function fromV6(text: string): Ip | undefined {
  if (!/^([0-9a-f]\.){31}[0-9a-f]$/.test(text)) return undefined;
  return ipFromBytes(Buffer.from(text.split('.').toReversed().join(''), 'hex'));
}
