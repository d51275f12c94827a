import { classIn, flags, headerLength, type Query, rcodeOf, types } from './wire.js';

/** A record of an answer. Its owner is always the name that was asked for. */
export interface AnswerRecord {
  /** IANA's number. */
  readonly type: number;
  /** RDATA as on the wire. */
  readonly data: Uint8Array;
}

/** What an answer of our own says. */
export interface ReplyContent {
  /** No error where absent. */
  readonly rcode?: number;
  readonly records?: readonly AnswerRecord[];
}

/** How long clients may keep an answer of ours, in seconds; Docker's value. */
const ttlSeconds = 600;
/** Name, type, class, TTL and length in front of a record's data; the name is a pointer to the question's. */
const recordHead = 12;
const questionPointer = 0xc000 | headerLength;
/** The OPT record of EDNS: the root's name, type, payload size, flags and no options (RFC 6891 6.1.2). */
const optLength = 11;
/** The largest datagram that we say we take: fits into one packet everywhere (DNS flag day 2020). */
const ownUdpLimit = 1232;

/** An answer of our own. Records that don't fit into `limit` bytes are left out, and the client told so. */
export function buildReply(query: Query, limit: number, content: ReplyContent): Buffer {
  const { rcode = 0, records = [] } = content;
  const edns = query.edns ? optLength : 0;
  const start = headerLength + query.question.length;
  let end = start;
  let kept = 0;
  for (const { data } of records) {
    const next = end + recordHead + data.length;
    if (next + edns > limit) break;
    end = next;
    kept++;
  }
  const reply = Buffer.alloc(end + edns);
  writeHead(reply, query, { rcode, kept, isCut: kept < records.length });
  let at = start;
  for (let i = 0; i < kept; i++) {
    const record = records[i];
    if (record) at = writeRecord(reply, at, record);
  }
  if (query.edns) writeOpt(reply, at);
  return reply;
}

/**
 * Makes the answer of an upstream the client's: its id and its spelling of the question. The packet itself is
 * changed. One that exceeds `limit` is cut down to the question.
 */
export function relay(query: Query, answer: Buffer, limit: number): Buffer {
  if (answer.length > limit) return cutReply(query, rcodeOf(answer));
  answer.writeUInt16BE(query.id, 0);
  query.question.copy(answer, headerLength);
  return answer;
}

/** A name as on the wire: labels with their lengths in front (RFC 1035 3.1). It must be {@link isEncodable}. */
export function encodeName(name: string): Buffer {
  const labels = name.split('.').map((label) => Buffer.from(label));
  return Buffer.concat([
    ...labels.flatMap((label) => [Buffer.of(label.length), label]),
    Buffer.of(0),
  ]);
}

/** Whether a name can be written: labels of 1 to 63 bytes, 253 in all (RFC 1035 2.3.4). */
export function isEncodable(name: string): boolean {
  const labels = name.split('.').map((label) => Buffer.byteLength(label));
  return Buffer.byteLength(name) <= 253 && labels.every((length) => length >= 1 && length <= 63);
}

function cutReply(query: Query, rcode: number): Buffer {
  const start = headerLength + query.question.length;
  const reply = Buffer.alloc(start + (query.edns ? optLength : 0));
  writeHead(reply, query, { rcode, kept: 0, isCut: true });
  if (query.edns) writeOpt(reply, start);
  return reply;
}

/** Header and question; the question as it came, since encoding it again would change unusual names. */
function writeHead(
  reply: Buffer,
  query: Query,
  { rcode, kept, isCut }: { rcode: number; kept: number; isCut: boolean },
): void {
  const desired = query.packet.readUInt16BE(2) & flags.recursionDesired;
  const cut = isCut ? flags.truncated : 0;
  reply.writeUInt16BE(query.id, 0);
  reply.writeUInt16BE(flags.response | flags.recursionAvailable | desired | cut | rcode, 2);
  reply.writeUInt16BE(1, 4);
  reply.writeUInt16BE(kept, 6);
  reply.writeUInt16BE(query.edns ? 1 : 0, 10);
  query.question.copy(reply, headerLength);
}

function writeRecord(reply: Buffer, at: number, { type, data }: AnswerRecord): number {
  reply.writeUInt16BE(questionPointer, at);
  reply.writeUInt16BE(type, at + 2);
  reply.writeUInt16BE(classIn, at + 4);
  reply.writeUInt32BE(ttlSeconds, at + 6);
  reply.writeUInt16BE(data.length, at + 10);
  reply.set(data, at + recordHead);
  return at + recordHead + data.length;
}

function writeOpt(reply: Buffer, at: number): void {
  reply.writeUInt16BE(types.opt, at + 1);
  reply.writeUInt16BE(ownUdpLimit, at + 3);
}
