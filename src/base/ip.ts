import { InvalidParameter } from './errors.js';

/** 4 or 6. */
export type Family = 4 | 6;

/** An address as a number, with its family: 32 or 128 bits. */
export interface Ip {
  readonly family: Family;
  readonly value: bigint;
}

/** Bits in an address of the family. */
export function bitsOf(family: Family): 32 | 128 {
  return family === 4 ? 32 : 128;
}

/** Reads an address in any usual notation; an IPv4-mapped IPv6 address becomes IPv4. Undefined if it is none. */
export function parseIp(text: string): Ip | undefined {
  const value4 = parseV4(text);
  if (value4 !== undefined) return { family: 4, value: value4 };
  const value6 = parseV6(text);
  if (value6 === undefined) return undefined;
  return value6 >> 32n === 0xffffn
    ? { family: 4, value: value6 & 0xffffffffn }
    : { family: 6, value: value6 };
}

/** Like {@link parseIp}, for text that must be an address. @throws InvalidParameter */
export function ip(text: string): Ip {
  const parsed = parseIp(text);
  if (!parsed) throw new InvalidParameter(`invalid IP address: ${text}`);
  return parsed;
}

/** Dotted decimal, or RFC 5952 text: lower case, the longest run of zero groups (two or more) as `::`. */
export function formatIp({ family, value }: Ip): string {
  if (family === 4) {
    return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join('.');
  }
  const groups = Array.from({ length: 8 }, (_, i) =>
    ((value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16),
  );
  const run = longestZeroRun(groups);
  if (run.length < 2) return groups.join(':');
  return `${groups.slice(0, run.start).join(':')}::${groups.slice(run.start + run.length).join(':')}`;
}

/** The address in network byte order: 4 or 16 bytes. */
export function ipBytes({ family, value }: Ip): Uint8Array {
  const length = bitsOf(family) / 8;
  return Uint8Array.from({ length }, (_, i) =>
    Number((value >> BigInt(8 * (length - 1 - i))) & 0xffn),
  );
}

/** The address behind 4 or 16 bytes in network byte order. */
export function ipFromBytes(bytes: Uint8Array): Ip {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return { family: bytes.length === 4 ? 4 : 6, value };
}

function parseV4(text: string): bigint | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1);
  if (!parts || parts.some((part) => Number(part) > 255 || (part.length > 1 && part[0] === '0'))) {
    return undefined;
  }
  return parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n);
}

function parseV6(text: string): bigint | undefined {
  const halves = withoutDottedTail(text).split('::');
  if (halves.length > 2) return undefined;
  const [head = [], tail] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (tail ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array<string>(tail ? missing : 0).fill('0'), ...(tail ?? [])];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
}

/** `::ffff:1.2.3.4` with its last 32 bits as two groups; other text as it is. */
function withoutDottedTail(text: string): string {
  const match = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const value = match && parseV4(match[2] ?? '');
  if (!match || value === undefined || value === null) return text;
  return `${match[1]}${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`;
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
