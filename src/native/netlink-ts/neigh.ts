import { AF_INET, AF_INET6, ipBytes, ipText } from './ip.js';
import { macBytes, macText } from './mac.js';
import type { NeighborInfo, NeighborSpec } from './model.js';
import type { AttributeReaders, Draft, Message, Request } from './wire.js';
import { NLM_F_CREATE, NLM_F_REPLACE, readAttributes } from './wire.js';

/**
 * Messages about neighbours, and about a bridge's forwarding entries (linux/neighbour.h):
 *
 * ```c
 * struct ndmsg {
 *   __u8  ndm_family;
 *   __u8  ndm_pad1;
 *   __u16 ndm_pad2;
 *   __s32 ndm_ifindex;
 *   __u16 ndm_state;     // NUD_...
 *   __u8  ndm_flags;     // NTF_...
 *   __u8  ndm_type;      // RTN_...
 * };
 * ```
 */
export const RTM_NEWNEIGH = 28;
export const RTM_DELNEIGH = 29;
export const RTM_GETNEIGH = 30;
export const NDMSG_BYTES = 12;
export const NDA_DST = 1;
export const NDA_LLADDR = 2;
export const NUD_REACHABLE = 0x02;
export const NUD_NOARP = 0x40;
export const NUD_PERMANENT = 0x80;

/** Adds or replaces an entry; one that isn't permanent starts as reachable and ages. */
export function newNeighbor(linkIndex: number, neighbor: NeighborSpec): Request {
  const address = ipBytes(neighbor.address);
  const mac = macBytes(neighbor.mac);
  return {
    type: RTM_NEWNEIGH,
    flags: NLM_F_CREATE | NLM_F_REPLACE,
    body: (out) => {
      out.u32(familyOf(address)).u32(linkIndex);
      out.u16(neighbor.permanent ? NUD_PERMANENT : NUD_REACHABLE).u16(0);
      out.attributeBytes(NDA_DST, address).attributeBytes(NDA_LLADDR, mac);
    },
  };
}

/** Deletes an entry. */
export function removeNeighbor(linkIndex: number, text: string): Request {
  const address = ipBytes(text);
  return {
    type: RTM_DELNEIGH,
    flags: 0,
    body: (out) => {
      out.u32(familyOf(address)).u32(linkIndex).u16(NUD_PERMANENT).u16(0);
      out.attributeBytes(NDA_DST, address);
    },
  };
}

/** Asks for all entries of both families. */
export function getNeighbors(): Request {
  return { type: RTM_GETNEIGH, flags: 0, body: (out) => void out.u32(0).u32(0).u32(0) };
}

function familyOf(address: Buffer): number {
  return address.length === 4 ? AF_INET : AF_INET6;
}

const readers: AttributeReaders<Draft<NeighborInfo>> = {
  [NDA_DST]: (neighbor, bytes, start, end) => {
    neighbor.address = ipText(bytes, start, end);
  },
  [NDA_LLADDR]: (neighbor, bytes, start, end) => {
    if (end > start) neighbor.mac = macText(bytes, start, end);
  },
};

/** Reads RTM_NEWNEIGH; undefined for another family's. */
export function decodeNeighbor({ bytes, start, end }: Message): NeighborInfo | undefined {
  const family = bytes[start];
  if (family !== AF_INET && family !== AF_INET6) return undefined;
  const neighbor = {
    linkIndex: bytes.readInt32LE(start + 4),
    address: '',
    state: bytes.readUInt16LE(start + 8),
  };
  return readAttributes<Draft<NeighborInfo>>(
    neighbor,
    { bytes, start: start + NDMSG_BYTES, end },
    readers,
  );
}
