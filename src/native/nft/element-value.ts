import { firstOf, lastOf, parseCidr } from '../../base/cidr.js';
import { System } from '../../base/errors.js';
import { type Family, ip, ipBytes } from '../../base/ip.js';

/*
 * Keys and values of elements, from nft's text to the bytes that the kernel compares: each field of a concatenation
 * in network byte order, padded to four bytes.
 */

/** Which value of a range; a single value is both. */
type End = 'first' | 'last';

interface FieldType {
  /** Bytes before padding. */
  readonly bytes: number;
  /** @throws System for text that is no value of the type */
  write(text: string, end: End, out: Buffer, at: number): void;
}

const protocolNumbers: Readonly<Record<string, number>> = { tcp: 6, udp: 17, sctp: 132 };
const etherTypes: Readonly<Record<string, number>> = { ip: 0x0800, ip6: 0x86dd };

/** By nft's name for the type. */
const fieldTypes: Readonly<Record<string, () => FieldType>> = {
  ipv4_addr: () => ({ bytes: 4, write: addressWriter(4) }),
  ipv6_addr: () => ({ bytes: 16, write: addressWriter(6) }),
  inet_proto: () => ({
    bytes: 1,
    write: (text, _, out, at) => void out.writeUInt8(named(protocolNumbers, text), at),
  }),
  inet_service: () => ({ bytes: 2, write: writePort }),
  ether_type: () => ({
    bytes: 2,
    write: (text, _, out, at) => void out.writeUInt16BE(named(etherTypes, text), at),
  }),
  ifname: () => ({
    bytes: 16,
    write: (text, _, out, at) => void out.write(text.slice(1, -1), at, 15),
  }),
};

/** A type such as `ipv4_addr . inet_service`, ready to read many texts of it. */
export class ElementType {
  /** Bytes of one key or value: the last field is padded only if there are several. */
  readonly bytes: number;
  /** Whether it is a concatenation. */
  readonly isCompound: boolean;
  readonly #fields: readonly FieldType[];

  /** @throws System for a type that only libnftables knows */
  constructor(text: string) {
    this.#fields = text.split(' . ').map(fieldType);
    this.isCompound = this.#fields.length > 1;
    const padding = this.isCompound ? padded : (bytes: number) => bytes;
    this.bytes = this.#fields.reduce((sum, { bytes }) => sum + padding(bytes), 0);
  }

  /** Writes the first value of a key (or the only one), or the last, to zeroed bytes. @throws System */
  write(text: string, end: End, out: Buffer, at: number): void {
    let offset = at;
    let from = 0;
    for (const field of this.#fields) {
      const dot = text.indexOf(' . ', from);
      const to = dot === -1 ? text.length : dot;
      field.write(text.slice(from, to), end, out, offset);
      offset += padded(field.bytes);
      from = to + 3;
    }
  }
}

/** Adds one to a number of many bytes. @throws System if it has no successor of the same length */
export function increment(bytes: Buffer, at: number, length: number): void {
  for (let i = at + length - 1; i >= at; i--) {
    const next = ((bytes[i] ?? 0) + 1) & 0xff;
    bytes[i] = next;
    if (next !== 0) return;
  }
  throw new System("a firewall range can't reach up to the last address");
}

function fieldType(name: string): FieldType {
  const make = fieldTypes[name];
  if (!make) throw new System(`firewall elements of type ${name} can't be written`);
  return make();
}

function padded(bytes: number): number {
  return (bytes + 3) & ~3;
}

/** The elements of a container have its address one after the other, so the last one read is kept. */
function addressWriter(family: Family): FieldType['write'] {
  let read: { text: string; end: End; bytes: Uint8Array } | undefined;
  return (text, end, out, at) => {
    if (read?.text !== text || read.end !== end) {
      read = { text, end, bytes: readAddress(family, text, end) };
    }
    out.set(read.bytes, at);
  };
}

function readAddress(family: Family, text: string, end: End): Uint8Array {
  const block = text.includes('/') ? parseCidr(text) : undefined;
  const address = block ? (end === 'first' ? firstOf : lastOf)(block) : ip(text);
  if (address.family !== family) throw new System(`${text} is no IPv${family} address`);
  return ipBytes(address);
}

function writePort(text: string, end: End, out: Buffer, at: number): void {
  const dash = text.indexOf('-');
  const word = dash === -1 ? text : end === 'first' ? text.slice(0, dash) : text.slice(dash + 1);
  out.writeUInt16BE(Number(word), at);
}

function named(numbers: Readonly<Record<string, number>>, name: string): number {
  const number = numbers[name];
  if (number === undefined) throw new System(`${name} is no value of a firewall element`);
  return number;
}
