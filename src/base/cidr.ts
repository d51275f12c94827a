import { InvalidParameter } from './errors.js';
import { bitsOf, type Family, formatIp, type Ip, parseIp } from './ip.js';

/** A block of addresses: `address` has no bit set behind `prefix`. */
export interface Cidr {
  readonly family: Family;
  readonly address: bigint;
  /** Length in bits, 0 to 32 or 128. */
  readonly prefix: number;
}

/** Reads `10.1.0.0/16`, also with host bits set (they are dropped). Undefined if it is no CIDR. */
export function parseCidr(text: string): Cidr | undefined {
  const interfaceAddress = parseInterfaceAddress(text);
  return interfaceAddress && cidrOf(interfaceAddress.ip, interfaceAddress.prefix);
}

/** Reads an address with its prefix length, host bits kept: `172.17.0.1/16`. Undefined if it is none. */
export function parseInterfaceAddress(text: string): { ip: Ip; prefix: number } | undefined {
  const [address = '', length, ...rest] = text.split('/');
  const ip = parseIp(address);
  if (!ip || length === undefined || rest.length > 0 || !/^\d{1,3}$/.test(length)) return undefined;
  const prefix = Number(length);
  return prefix <= bitsOf(ip.family) ? { ip, prefix } : undefined;
}

/** Like {@link parseCidr}, for text that must be a CIDR. @throws InvalidParameter */
export function cidr(text: string): Cidr {
  const parsed = parseCidr(text);
  if (!parsed) throw new InvalidParameter(`invalid CIDR address: ${text}`);
  return parsed;
}

/** The block of `prefix` bits that `ip` lies in. */
export function cidrOf(ip: Ip, prefix: number): Cidr {
  const hostBits = BigInt(bitsOf(ip.family) - prefix);
  return { family: ip.family, address: (ip.value >> hostBits) << hostBits, prefix };
}

/** `10.1.0.0/16`. */
export function formatCidr(block: Cidr): string {
  return `${formatIp({ family: block.family, value: block.address })}/${block.prefix}`;
}

/** How many addresses the block has. */
export function sizeOf(block: Cidr): bigint {
  return 1n << BigInt(bitsOf(block.family) - block.prefix);
}

/** The first address of the block: the network address. */
export function firstOf(block: Cidr): Ip {
  return { family: block.family, value: block.address };
}

/** The last address of the block: the broadcast address of an IPv4 subnet. */
export function lastOf(block: Cidr): Ip {
  return { family: block.family, value: block.address + sizeOf(block) - 1n };
}

/** Whether the address lies in the block. */
export function contains(block: Cidr, ip: Ip): boolean {
  return (
    ip.family === block.family &&
    ip.value >= block.address &&
    ip.value < block.address + sizeOf(block)
  );
}

/** Whether every address of `inner` lies in `outer`. */
export function encloses(outer: Cidr, inner: Cidr): boolean {
  return inner.prefix >= outer.prefix && contains(outer, firstOf(inner));
}

/** Whether the blocks share an address. */
export function overlaps(a: Cidr, b: Cidr): boolean {
  return encloses(a, b) || encloses(b, a);
}
