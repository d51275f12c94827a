import { ipBytes, ipText } from './ip.js';
import { macBytes, macText } from './mac.js';
import type { FdbInfo, FdbSpec } from './model.js';
import {
  NDA_DST,
  NDA_LLADDR,
  NDMSG_BYTES,
  NUD_NOARP,
  NUD_PERMANENT,
  NUD_REACHABLE,
  RTM_DELNEIGH,
  RTM_GETNEIGH,
  RTM_NEWNEIGH,
} from './neigh.js';
import type { AttributeReaders, Draft, Message, Request } from './wire.js';
import { NLM_F_APPEND, NLM_F_CREATE, NLM_F_REPLACE, readAttributes } from './wire.js';

/** Forwarding entries are neighbours (`struct ndmsg`, see neigh.ts) of this family. */
const AF_BRIDGE = 7;
const NDA_MASTER = 9;
/** The entry is the link's own (vxlan). */
const NTF_SELF = 0x02;
/** The entry is the bridge's that the link is a port of. */
const NTF_MASTER = 0x04;

/**
 * Adds or replaces an entry that doesn't age: with a destination in the vxlan link's own table, without one
 * in the table of the port's bridge. A group address or all zeros (what goes to every endpoint) gets the
 * destination beside those it has.
 */
export function newFdb(linkIndex: number, entry: FdbSpec): Request {
  const append = entry.destination !== undefined && hasManyDestinations(macBytes(entry.mac));
  return {
    type: RTM_NEWNEIGH,
    flags: NLM_F_CREATE | (append ? NLM_F_APPEND : NLM_F_REPLACE),
    body: fdbBody(linkIndex, entry),
  };
}

/** Deletes an entry; of one with several destinations only the one told. */
export function removeFdb(linkIndex: number, entry: FdbSpec): Request {
  return { type: RTM_DELNEIGH, flags: 0, body: fdbBody(linkIndex, entry) };
}

/** Asks for the entries of all links. */
export function getFdb(): Request {
  return { type: RTM_GETNEIGH, flags: 0, body: (out) => void out.u32(AF_BRIDGE).u32(0).u32(0) };
}

function fdbBody(linkIndex: number, entry: FdbSpec): Request['body'] {
  const mac = macBytes(entry.mac);
  const destination = entry.destination === undefined ? undefined : ipBytes(entry.destination);
  const state = NUD_NOARP | (destination ? NUD_PERMANENT : NUD_REACHABLE);
  return (out) => {
    out.u32(AF_BRIDGE).u32(linkIndex).u16(state);
    out.u16(destination ? NTF_SELF : NTF_MASTER);
    out.attributeBytes(NDA_LLADDR, mac);
    if (destination) out.attributeBytes(NDA_DST, destination);
  };
}

function hasManyDestinations(mac: Buffer): boolean {
  return ((mac[0] ?? 0) & 1) === 1 || mac.every((byte) => byte === 0);
}

const readers: AttributeReaders<Draft<FdbInfo>> = {
  [NDA_LLADDR]: (entry, bytes, start, end) => {
    entry.mac = macText(bytes, start, end);
  },
  [NDA_DST]: (entry, bytes, start, end) => {
    entry.destination = ipText(bytes, start, end);
  },
  [NDA_MASTER]: (entry, bytes, start) => {
    entry.masterIndex = bytes.readUInt32LE(start);
  },
};

/** Reads RTM_NEWNEIGH of the bridge family; undefined for another's. */
export function decodeFdb({ bytes, start, end }: Message): FdbInfo | undefined {
  if (bytes[start] !== AF_BRIDGE) return undefined;
  const entry = { linkIndex: bytes.readInt32LE(start + 4), mac: '' };
  return readAttributes<Draft<FdbInfo>>(entry, { bytes, start: start + NDMSG_BYTES, end }, readers);
}
