import { type Answer, encode } from 'dns-packet';

/** Response codes (RFC 1035 4.1.1). */
export const rcodes = { noError: 0, formErr: 1, servFail: 2, nxDomain: 3, notImp: 4, refused: 5 };

/** Record types that the server itself looks at (IANA, DNS parameters). */
export const types = { a: 1, ptr: 12, aaaa: 28, opt: 41, any: 255 };

/** The class of the Internet. */
export const classIn = 1;

const headerLength = 12;
const flagResponse = 0x8000;
const flagTruncated = 0x0200;
const flagRecursionDesired = 0x0100;
const flagRecursionAvailable = 0x0080;
/** The datagram that any resolver must take without EDNS (RFC 1035 2.3.4). */
const plainUdpLimit = 512;
/** What we say that we take ourselves: fits into one packet everywhere (DNS flag day 2020). */
const ownUdpLimit = 1232;

/** A query that can be answered. */
export interface Query {
  /** The packet as it came. */
  readonly packet: Buffer;
  readonly id: number;
  /** The question section as it came, case kept: it goes into the answer as it is. */
  readonly question: Buffer;
  /** Labels joined by dots, without the last dot. Undefined if a label has a byte that no host name has. */
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
  const flags = packet.readUInt16BE(2);
  // Answering an answer could go on for ever.
  if (flags & flagResponse) return undefined;
  if ((flags >> 11) & 0xf) return { refusal: bare(packet, rcodes.notImp) };
  if (packet.readUInt16BE(4) !== 1) return { refusal: bare(packet, rcodes.formErr) };
  const query = readQuery(packet);
  return query ? { query } : { refusal: bare(packet, rcodes.formErr) };
}

/** An answer of our own. Answers that don't fit into `limit` bytes are left out, and the client told so. */
export function buildReply(
  query: Query,
  limit: number,
  content: { rcode?: number; answers?: readonly Answer[] },
): Buffer {
  const rcode = content.rcode ?? rcodes.noError;
  const all = [...(content.answers ?? [])];
  const full = encodeReply(query, rcode, all, 0);
  if (full.length <= limit) return full;
  const room = limit / full.length;
  const kept = all.slice(0, Math.floor(all.length * room));
  for (;;) {
    const cut = encodeReply(query, rcode, kept, flagTruncated);
    if (cut.length <= limit || kept.pop() === undefined) return cut;
  }
}

/** The answer of an upstream, with the client's id, cut down to the question if it exceeds `limit`. */
export function relay(query: Query, answer: Buffer, limit: number): Buffer {
  if (answer.length > limit) {
    const rcode = rcodeOf(answer);
    return encodeReply(query, rcode, [], flagTruncated);
  }
  const relayed = Buffer.from(answer);
  relayed.writeUInt16BE(query.id, 0);
  return relayed;
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
    (packet.readUInt16BE(2) & flagResponse) !== 0 &&
    packet.readUInt16BE(4) === 1 &&
    lowerCase(packet.subarray(headerLength, end)) === lowerCase(query.question)
  );
}

/** The response code of an answer. */
export function rcodeOf(packet: Buffer): number {
  return packet.readUInt16BE(2) & 0xf;
}

/** Whether an answer says that it is not complete. */
export function isTruncated(packet: Buffer): boolean {
  return (packet.readUInt16BE(2) & flagTruncated) !== 0;
}

/** Whether a name can be written: labels of 1 to 63 bytes, 253 in all (RFC 1035 2.3.4). */
export function isEncodable(name: string): boolean {
  const labels = name.split('.').map((label) => Buffer.byteLength(label));
  return Buffer.byteLength(name) <= 253 && labels.every((length) => length >= 1 && length <= 63);
}

function encodeReply(query: Query, rcode: number, answers: Answer[], extra: number): Buffer {
  const desired = query.packet.readUInt16BE(2) & flagRecursionDesired;
  const encoded = encode({
    type: 'response',
    id: query.id,
    flags: flagRecursionAvailable | desired | extra | rcode,
    answers,
    additionals: query.edns ? [ownOpt()] : [],
  });
  // The question is put in as it came: decoding and encoding again would change unusual names.
  encoded.writeUInt16BE(1, 4);
  return Buffer.concat([
    encoded.subarray(0, headerLength),
    query.question,
    encoded.subarray(headerLength),
  ]);
}

function ownOpt(): Answer {
  return {
    type: 'OPT',
    name: '.',
    udpPayloadSize: ownUdpLimit,
    extendedRcode: 0,
    ednsVersion: 0,
    flags: 0,
    flag_do: false,
    options: [],
  };
}

/** A header and nothing else, for a query whose question can't be repeated. */
function bare(packet: Buffer, rcode: number): Buffer {
  const reply = Buffer.alloc(headerLength);
  packet.copy(reply, 0, 0, 2);
  const kept = packet.readUInt16BE(2) & (0x7800 | flagRecursionDesired);
  reply.writeUInt16BE(flagResponse | kept | flagRecursionAvailable | rcode, 2);
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
    udpLimit: Math.max(plainUdpLimit, opt?.udpLimit ?? 0),
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

function afterName(packet: Buffer, start: number): number | undefined {
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
  const texts = labels.map((label) => label.toString('latin1'));
  // A dot inside a label is no border between labels; nothing of ours has one.
  return texts.every((text) => /^[!-\-/-~]+$/.test(text)) ? texts.join('.') : undefined;
}

function lowerCase(bytes: Buffer): string {
  return bytes.toString('latin1').toLowerCase();
}
