import { isIPv4, isIPv6 } from 'node:net';

/** Address families (linux/socket.h). */
export const AF_INET = 2;
export const AF_INET6 = 10;

/** An address family's number on the wire. */
export function familyNumber(family: 4 | 6): number {
  return family === 4 ? AF_INET : AF_INET6;
}

/** 4 or 16 bytes of an address in network order. @throws TypeError */
export function ipBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.', 4).map(Number));
  if (!isIPv6(address) || address.includes('%')) {
    throw new TypeError(`invalid IP address: ${JSON.stringify(address)}`);
  }
  return ipv6Bytes(address);
}

function ipv6Bytes(address: string): Buffer {
  const plain = address.replace(/[\d.]+\.[\d.]+$/, (tail) => {
    const hex = Buffer.from(tail.split('.').map(Number)).toString('hex');
    return `${hex.slice(0, 4)}:${hex.slice(4)}`;
  });
  const [head = [], tail = []] = plain
    .split('::')
    .map((half) => half.split(':').filter((group) => group !== ''));
  const bytes = Buffer.alloc(16);
  head.forEach((group, i) => void bytes.writeUInt16BE(Number.parseInt(group, 16), 2 * i));
  const from = 16 - 2 * tail.length;
  tail.forEach((group, i) => void bytes.writeUInt16BE(Number.parseInt(group, 16), from + 2 * i));
  return bytes;
}

/** Text of 4 bytes, or of 16 as RFC 5952 has it: lower case, the longest run of zero groups as `::`. */
export function ipText(bytes: Buffer, start: number, end: number): string {
  if (end - start === 4) return bytes.subarray(start, end).join('.');
  const groups = Array.from({ length: 8 }, (_, i) =>
    bytes.readUInt16BE(start + 2 * i).toString(16),
  );
  const run = longestZeroRun(groups);
  if (run.length < 2) return groups.join(':');
  return `${groups.slice(0, run.start).join(':')}::${groups.slice(run.start + run.length).join(':')}`;
}

function longestZeroRun(groups: readonly string[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  groups.forEach((group, i) => {
    if (group !== '0') start = i + 1;
    else if (i + 1 - start > best.length) best = { start, length: i + 1 - start };
  });
  return best;
}

/** An address with the length of its prefix. */
export interface Prefix {
  readonly bytes: Buffer;
  readonly family: 4 | 6;
  /** Bits; all of them if the text has no `/`. */
  readonly length: number;
}

/** Reads `10.0.0.2/24`, `fd00::/64` or a bare address. @throws TypeError */
export function prefix(text: string): Prefix {
  const [address = '', length, ...rest] = text.split('/');
  const bytes = ipBytes(address);
  const bits = 8 * bytes.length;
  const value = length === undefined ? bits : /^\d{1,3}$/.test(length) ? Number(length) : bits + 1;
  if (value > bits || rest.length > 0) {
    throw new TypeError(`invalid prefix: ${JSON.stringify(text)}`);
  }
  return { bytes, family: bytes.length === 4 ? 4 : 6, length: value };
}
