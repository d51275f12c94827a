import { type Family, formatIp, ipFromBytes } from '../base/ip.js';
import type { ConntrackEntry, ConntrackKey, ConntrackTuple } from './conntrack-model.js';
import {
  type AttributeReaders,
  type Message,
  NLA_F_NESTED,
  NLM_F_DUMP,
  type Request,
  readAttributes,
} from './netlink-ts/wire.js';
import { attributesOf } from './nfnetlink.js';

/*
 * ctnetlink: netlink messages of type NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_..., each with a
 * `struct nfgenmsg { __u8 family; __u8 version; __be16 res_id; }` before its attributes, whose numbers
 * are in network byte order (linux/netfilter/nfnetlink_conntrack.h).
 */
const MSG_NEW = 0x100;
const MSG_GET = 0x101;
const MSG_DELETE = 0x102;
const MSG_GET_STATS = 0x105;
const CTA_TUPLE_ORIG = 1;
const CTA_TUPLE_REPLY = 2;
const CTA_ID = 12;
const CTA_ZONE = 18;

/** AF_INET and AF_INET6. */
const families = new Map<number, Family>([
  [2, 4],
  [10, 6],
]);
const familyNumbers = { 0: 0, 4: 2, 6: 10 } as const;

/** netinet/in.h. */
const protocols: Readonly<Record<number, string>> = {
  1: 'icmp',
  6: 'tcp',
  17: 'udp',
  58: 'icmpv6',
  132: 'sctp',
};

/** A tuple while it is being read. */
interface TupleDraft {
  protocol?: number;
  source?: string;
  destination?: string;
  sourcePort?: number;
  destinationPort?: number;
}

/** An entry while it is being read. */
interface EntryDraft {
  original: TupleDraft;
  reply: TupleDraft;
  tuple?: Uint8Array;
  id?: number;
  zone?: number;
}

/** Asks for all entries; `0` for both families. */
export function dumpRequest(family: Family | 0): Request {
  return {
    type: MSG_GET,
    flags: NLM_F_DUMP,
    body: (out) => out.u8(familyNumbers[family]).u8(0).u16(0),
  };
}

/** Asks for the number of entries in the namespace. */
export function countRequest(): Request {
  return { type: MSG_GET_STATS, flags: 0, body: (out) => out.u8(0).u8(0).u16(0) };
}

/** The number in the answer to {@link countRequest}: its first attribute, CTA_STATS_GLOBAL_ENTRIES. */
export function countIn(message: Message): number | undefined {
  const draft: { count?: number } = {};
  readAttributes(draft, attributesOf(message), countReaders);
  return draft.count;
}

const countReaders: AttributeReaders<{ count?: number }> = {
  1: (draft, bytes, start) => {
    draft.count = bytes.readUInt32BE(start);
  },
};

/** Asks for the end of one entry. */
export function deleteRequest({ family, key }: Pick<ConntrackEntry, 'family' | 'key'>): Request {
  return {
    type: MSG_DELETE,
    flags: 0,
    body: (out) => {
      out.u8(familyNumbers[family]).u8(0).u16(0);
      out.attributeBytes(CTA_TUPLE_ORIG | NLA_F_NESTED, key.tuple);
      if (key.zone !== undefined) out.attributeBytes(CTA_ZONE, bigEndian(key.zone, 2));
      if (key.id !== undefined) out.attributeBytes(CTA_ID, bigEndian(key.id, 4));
    },
  };
}

/** The entry in a message of a dump; undefined if it is something else. */
export function decodeEntry(message: Message): ConntrackEntry | undefined {
  const family = families.get(message.bytes[message.start] ?? 0);
  if (message.type !== MSG_NEW || family === undefined) return undefined;
  const draft = readAttributes<EntryDraft>(
    { original: {}, reply: {} },
    attributesOf(message),
    entryReaders,
  );
  const original = tupleOf(draft.original);
  const reply = tupleOf(draft.reply);
  const { tuple, id, zone } = draft;
  if (!original || !reply || !tuple) return undefined;
  const key: ConntrackKey = {
    tuple,
    ...(id !== undefined && { id }),
    ...(zone !== undefined && { zone }),
  };
  const number = draft.original.protocol ?? 0;
  return { family, protocol: protocols[number] ?? String(number), original, reply, key };
}

const entryReaders: AttributeReaders<EntryDraft> = {
  [CTA_TUPLE_ORIG]: (draft, bytes, start, end) => {
    readAttributes(draft.original, { bytes, start, end }, tupleReaders);
    // The buffer is used again for the next datagram.
    draft.tuple = Uint8Array.prototype.slice.call(bytes, start, end);
  },
  [CTA_TUPLE_REPLY]: (draft, bytes, start, end) =>
    void readAttributes(draft.reply, { bytes, start, end }, tupleReaders),
  [CTA_ID]: (draft, bytes, start) => {
    draft.id = bytes.readUInt32BE(start);
  },
  [CTA_ZONE]: (draft, bytes, start) => {
    draft.zone = bytes.readUInt16BE(start);
  },
};

/** CTA_TUPLE_IP and CTA_TUPLE_PROTO. */
const tupleReaders: AttributeReaders<TupleDraft> = {
  1: (draft, bytes, start, end) => void readAttributes(draft, { bytes, start, end }, ipReaders),
  2: (draft, bytes, start, end) => void readAttributes(draft, { bytes, start, end }, protoReaders),
};

/** CTA_IP_V4_SRC, _V4_DST, _V6_SRC, _V6_DST. */
const ipReaders: AttributeReaders<TupleDraft> = {
  1: readSource,
  2: readDestination,
  3: readSource,
  4: readDestination,
};

/** CTA_PROTO_NUM, _SRC_PORT, _DST_PORT. */
const protoReaders: AttributeReaders<TupleDraft> = {
  1: (draft, bytes, start) => {
    draft.protocol = bytes.readUInt8(start);
  },
  2: (draft, bytes, start) => {
    draft.sourcePort = bytes.readUInt16BE(start);
  },
  3: (draft, bytes, start) => {
    draft.destinationPort = bytes.readUInt16BE(start);
  },
};

function readSource(draft: TupleDraft, bytes: Buffer, start: number, end: number): void {
  draft.source = formatIp(ipFromBytes(bytes.subarray(start, end)));
}

function readDestination(draft: TupleDraft, bytes: Buffer, start: number, end: number): void {
  draft.destination = formatIp(ipFromBytes(bytes.subarray(start, end)));
}

function tupleOf(draft: TupleDraft): ConntrackTuple | undefined {
  const { source, destination, sourcePort, destinationPort } = draft;
  if (source === undefined || destination === undefined) return undefined;
  return {
    source,
    destination,
    ...(sourcePort !== undefined && { sourcePort }),
    ...(destinationPort !== undefined && { destinationPort }),
  };
}

function bigEndian(value: number, length: number): Uint8Array {
  const bytes = Buffer.alloc(length);
  bytes.writeUIntBE(value, 0, length);
  return bytes;
}
