/** Response codes (RFC 1035 4.1.1). */
export const rcodes = { noError: 0, formErr: 1, servFail: 2, nxDomain: 3, notImp: 4, refused: 5 };

/** Record types that the server itself looks at (IANA, DNS parameters). */
export const types = { a: 1, ptr: 12, aaaa: 28, opt: 41, any: 255 };

/** The class of the Internet. */
export const classIn = 1;

/** Any class (RFC 1035 3.2.5). */
export const classAny = 255;

/** Bytes in front of the question (RFC 1035 4.1.1). */
export const headerLength = 12;

/** Bits of the header's second word. */
export const flags = {
  response: 0x8000,
  truncated: 0x0200,
  recursionDesired: 0x0100,
  recursionAvailable: 0x0080,
};

/** The datagram that any resolver must take without EDNS (RFC 1035 2.3.4). */
const plainUdpLimit = 512;
/** The most that a datagram can carry over IPv4: 65535 without the headers of IP and UDP. */
const udpMost = 65507;

/** A query that can be answered. */
export interface Query {
  /** The packet as it came. */
  readonly packet: Buffer;
  readonly id: number;
  /** The question section as it came, case kept: it goes into the answer as it is. */
  readonly question: Buffer;
  /** Labels, read as UTF-8, joined by dots, without the last dot. Undefined if a label has a dot inside. */
  readonly name: string | undefined;
  readonly type: number;
  readonly class: number;
  /** The client speaks EDNS. */
  readonly edns: boolean;
  /** Largest answer by UDP. */
  readonly udpLimit: number;
}

/** What a packet is: a query, one to be refused with this answer, or nothing to answer at all. */
export type Parsed = { readonly query: Query } | { readonly refusal: Buffer } | undefined;

/** Reads a packet from a client. Never throws, whatever the bytes. */
export function parseQuery(packet: Buffer): Parsed {
  if (packet.length < headerLength) return undefined;
  const word = packet.readUInt16BE(2);
  // Answering an answer could go on for ever.
  if (word & flags.response) return undefined;
  if ((word >> 11) & 0xf) return { refusal: bare(packet, rcodes.notImp) };
  if (packet.readUInt16BE(4) !== 1) return { refusal: bare(packet, rcodes.formErr) };
  const query = readQuery(packet);
  return query ? { query } : { refusal: bare(packet, rcodes.formErr) };
}

/** The query with another id, for an upstream. */
export function withId(packet: Buffer, id: number): Buffer {
  const copy = Buffer.from(packet);
  copy.writeUInt16BE(id, 0);
  return copy;
}

/** Whether the packet answers this question under this id. Upper and lower case count as the same. */
export function isAnswer(packet: Buffer, id: number, query: Query): boolean {
  const end = headerLength + query.question.length;
  return (
    packet.length >= end &&
    packet.readUInt16BE(0) === id &&
    (packet.readUInt16BE(2) & flags.response) !== 0 &&
    packet.readUInt16BE(4) === 1 &&
    isSameQuestion(packet, query.question)
  );
}

/** The response code of an answer. */
export function rcodeOf(packet: Buffer): number {
  return packet.readUInt16BE(2) & 0xf;
}

/** Whether an answer says that it is not complete. */
export function isTruncated(packet: Buffer): boolean {
  return (packet.readUInt16BE(2) & flags.truncated) !== 0;
}

/** A header and nothing else, for a query whose question can't be repeated. */
function bare(packet: Buffer, rcode: number): Buffer {
  const reply = Buffer.alloc(headerLength);
  packet.copy(reply, 0, 0, 2);
  const kept = packet.readUInt16BE(2) & (0x7800 | flags.recursionDesired);
  reply.writeUInt16BE(flags.response | kept | flags.recursionAvailable | rcode, 2);
  return reply;
}

function readQuery(packet: Buffer): Query | undefined {
  const labels: Buffer[] = [];
  let at = headerLength;
  for (;;) {
    const length = packet[at];
    // Compression has nothing to point at in a question, so 63 is the most (RFC 1035 4.1.4).
    if (length === undefined || length > 63) return undefined;
    at += 1;
    if (length === 0) break;
    labels.push(packet.subarray(at, at + length));
    at += length;
    if (at - headerLength > 254) return undefined;
  }
  if (at + 4 > packet.length) return undefined;
  const opt = findOpt(packet, at + 4);
  if (opt === 'malformed') return undefined;
  return {
    packet,
    id: packet.readUInt16BE(0),
    question: packet.subarray(headerLength, at + 4),
    name: hostName(labels),
    type: packet.readUInt16BE(at),
    class: packet.readUInt16BE(at + 2),
    edns: opt !== undefined,
    udpLimit: Math.min(udpMost, Math.max(plainUdpLimit, opt?.udpLimit ?? 0)),
  };
}

/** Walks the records behind the question for EDNS (RFC 6891 6.1.2). */
function findOpt(packet: Buffer, start: number): { udpLimit: number } | 'malformed' | undefined {
  const count = packet.readUInt16BE(6) + packet.readUInt16BE(8) + packet.readUInt16BE(10);
  let at = start;
  let found: { udpLimit: number } | undefined;
  for (let i = 0; i < count; i++) {
    const fixed = afterName(packet, at);
    if (fixed === undefined || fixed + 10 > packet.length) return 'malformed';
    if (packet.readUInt16BE(fixed) === types.opt) {
      found = { udpLimit: packet.readUInt16BE(fixed + 2) };
    }
    at = fixed + 10 + packet.readUInt16BE(fixed + 8);
    if (at > packet.length) return 'malformed';
  }
  return found;
}

/** Where a name ends that begins at `start`; what a pointer points at is not looked at, so there are no loops. */
export function afterName(packet: Buffer, start: number): number | undefined {
  let at = start;
  for (;;) {
    const length = packet[at];
    if (length === undefined) return undefined;
    if (length >= 0xc0) return at + 2;
    if (length > 63) return undefined;
    at += 1 + length;
    if (length === 0) return at;
  }
}

function hostName(labels: readonly Buffer[]): string | undefined {
  const texts = labels.map((label) => label.toString());
  // A dot inside a label is no border between labels; nothing of ours has one.
  return texts.some((text) => text.includes('.')) ? undefined : texts.join('.');
}

/** Whether the packet repeats the question; upper and lower case may differ in its name, all but the last 4 bytes. */
function isSameQuestion(packet: Buffer, question: Buffer): boolean {
  for (let i = 0; i < question.length; i++) {
    const [theirs = 0, ours = 0] = [packet[headerLength + i], question[i]];
    if (theirs === ours) continue;
    if (i >= question.length - 4 || foldCase(theirs) !== foldCase(ours)) return false;
  }
  return true;
}

function foldCase(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}
