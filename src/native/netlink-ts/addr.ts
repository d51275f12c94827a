import { AF_INET, AF_INET6, familyNumber, ipText, type Prefix, prefix } from './ip.js';
import type { AddressInfo } from './model.js';
import type { AttributeReaders, Message, MessageWriter, Request } from './wire.js';
import { NLM_F_CREATE, NLM_F_EXCL, readAttributes } from './wire.js';

/**
 * Messages about addresses of links (linux/if_addr.h):
 *
 * ```c
 * struct ifaddrmsg {
 *   __u8  ifa_family;
 *   __u8  ifa_prefixlen;
 *   __u8  ifa_flags;       // IFA_F_...
 *   __u8  ifa_scope;       // RT_SCOPE_...
 *   __u32 ifa_index;       // of the link
 * };
 * ```
 */
export const RTM_NEWADDR = 20;
export const RTM_DELADDR = 21;
const RTM_GETADDR = 22;
const IFADDRMSG_BYTES = 8;
const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
const IFA_BROADCAST = 4;
const IFA_F_NODAD = 0x02;
const RT_SCOPE_HOST = 254;
/** RT_SCOPE_... (linux/rtnetlink.h); all others count as global. */
const scopes: Readonly<Record<number, AddressInfo['scope']>> = { 253: 'link', 254: 'host' };
const LOOPBACK_BYTE = 127;

/** Gives a link an address: IPv4 with the subnet's broadcast address, IPv6 without duplicate detection. */
export function newAddress(linkIndex: number, address: string): Request {
  const parsed = prefix(address);
  const isLoopback = parsed.family === 4 && parsed.bytes[0] === LOOPBACK_BYTE;
  return {
    type: RTM_NEWADDR,
    flags: NLM_F_CREATE | NLM_F_EXCL,
    body: (out) => {
      const flags = parsed.family === 6 ? IFA_F_NODAD : 0;
      const scope = isLoopback ? RT_SCOPE_HOST : 0;
      addressBody(out, linkIndex, { ...parsed, flags, scope });
      if (parsed.family === 4 && parsed.length < 31 && !isLoopback) {
        out.attributeBytes(IFA_BROADCAST, broadcast(parsed));
      }
    },
  };
}

/** Takes an address from a link. */
export function removeAddress(linkIndex: number, address: string): Request {
  const parsed = prefix(address);
  return {
    type: RTM_DELADDR,
    flags: 0,
    body: (out) => addressBody(out, linkIndex, { ...parsed, flags: 0, scope: 0 }),
  };
}

/** Asks for all addresses of all links. */
export function getAddresses(): Request {
  return { type: RTM_GETADDR, flags: 0, body: (out) => void out.u32(0).u32(0) };
}

function addressBody(
  out: MessageWriter,
  linkIndex: number,
  { bytes, family, length, flags, scope }: Prefix & { flags: number; scope: number },
): void {
  out.u8(familyNumber(family)).u8(length).u8(flags).u8(scope).u32(linkIndex);
  out.attributeBytes(IFA_LOCAL, bytes);
  out.attributeBytes(IFA_ADDRESS, bytes);
}

/** The last address of an IPv4 subnet. */
function broadcast({ bytes, length }: Prefix): Buffer {
  const result = Buffer.alloc(4);
  result.writeUInt32BE((bytes.readUInt32BE(0) | (0xffffffff >>> length)) >>> 0);
  return result;
}

interface AddressDraft {
  local?: string;
  /** The far end of a point-to-point link, or the same as local. */
  address?: string;
}

const readers: AttributeReaders<AddressDraft> = {
  [IFA_ADDRESS]: (draft, bytes, start, end) => {
    draft.address = ipText(bytes, start, end);
  },
  [IFA_LOCAL]: (draft, bytes, start, end) => {
    draft.local = ipText(bytes, start, end);
  },
};

/** Reads RTM_NEWADDR and RTM_DELADDR; undefined for another family's. */
export function decodeAddress({ bytes, start, end }: Message): AddressInfo | undefined {
  const family = bytes[start];
  if (family !== AF_INET && family !== AF_INET6) return undefined;
  const from = { bytes, start: start + IFADDRMSG_BYTES, end };
  const { local, address } = readAttributes<AddressDraft>({}, from, readers);
  return {
    linkIndex: bytes.readUInt32LE(start + 4),
    address: `${local ?? address}/${bytes[start + 1]}`,
    family: family === AF_INET ? 4 : 6,
    scope: scopes[bytes[start + 3] ?? 0] ?? 'global',
  };
}
