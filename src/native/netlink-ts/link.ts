import { macText } from './mac.js';
import type { LinkInfo } from './model.js';
import type { AttributeReaders, Draft, Message, Request } from './wire.js';
import { readAttributes, readText } from './wire.js';

/** Message types (linux/rtnetlink.h). */
export const RTM_NEWLINK = 16;
export const RTM_DELLINK = 17;
export const RTM_GETLINK = 18;
export const RTM_SETLINK = 19;

/** Attributes of a link (linux/if_link.h). */
export const IFLA_ADDRESS = 1;
export const IFLA_IFNAME = 3;
export const IFLA_MTU = 4;
export const IFLA_LINK = 5;
export const IFLA_MASTER = 10;
export const IFLA_PROTINFO = 12;
const IFLA_OPERSTATE = 16;
export const IFLA_LINKINFO = 18;
export const IFLA_IFALIAS = 20;
export const IFLA_NET_NS_FD = 28;
const IFLA_EXT_MASK = 29;
const IFLA_LINK_NETNSID = 37;
export const IFLA_INFO_KIND = 1;
export const IFLA_INFO_DATA = 2;
const RTEXT_FILTER_SKIP_STATS = 1 << 3;

/** Flags of a link (linux/if.h). */
export const IFF_UP = 1;

/** RFC 2863 states in the kernel's order (linux/if.h IF_OPER_...), with sysfs's words. */
const operStates = [
  'unknown',
  'notpresent',
  'down',
  'lowerlayerdown',
  'testing',
  'dormant',
  'up',
] as const;

/**
 * ```c
 * struct ifinfomsg {             // linux/rtnetlink.h
 *   unsigned char  ifi_family;
 *   unsigned char  __ifi_pad;
 *   unsigned short ifi_type;     // ARPHRD_...
 *   int            ifi_index;
 *   unsigned       ifi_flags;    // IFF_...
 *   unsigned       ifi_change;   // which of the flags to change
 * };
 * ```
 */
export const IFINFOMSG_BYTES = 16;
/** Where `ifi_index` stands in it. */
export const IFI_INDEX_AT = 4;

type LinkDraft = Partial<Draft<LinkInfo>>;

const infoReaders: AttributeReaders<LinkDraft> = {
  [IFLA_INFO_KIND]: (link, bytes, start, end) => {
    link.kind = readText(bytes, start, end);
  },
};

const readers: AttributeReaders<LinkDraft> = {
  [IFLA_ADDRESS]: (link, bytes, start, end) => {
    if (end > start) link.mac = macText(bytes, start, end);
  },
  [IFLA_IFNAME]: (link, bytes, start, end) => {
    link.name = readText(bytes, start, end);
  },
  [IFLA_MTU]: (link, bytes, start) => {
    link.mtu = bytes.readUInt32LE(start);
  },
  [IFLA_LINK]: (link, bytes, start) => {
    const index = bytes.readUInt32LE(start);
    if (index !== 0) link.peerIndex = index;
  },
  [IFLA_MASTER]: (link, bytes, start) => {
    link.masterIndex = bytes.readUInt32LE(start);
  },
  [IFLA_OPERSTATE]: (link, bytes, start) => {
    link.operState = operStates[bytes[start] ?? 0] ?? 'unknown';
  },
  [IFLA_LINKINFO]: (link, bytes, start, end) => {
    readAttributes(link, { bytes, start, end }, infoReaders);
  },
  [IFLA_IFALIAS]: (link, bytes, start, end) => {
    link.alias = readText(bytes, start, end);
  },
  [IFLA_LINK_NETNSID]: (link, bytes, start) => {
    const id = bytes.readInt32LE(start);
    if (id >= 0) link.peerNetnsId = id;
  },
};

/** Reads RTM_NEWLINK and RTM_DELLINK; undefined for a bridge's word about one of its ports (AF_BRIDGE). */
export function decodeLink(message: Message): LinkInfo | undefined {
  const { bytes, start, end } = message;
  if (bytes[start] !== 0) return undefined;
  const link = {
    index: bytes.readInt32LE(start + IFI_INDEX_AT),
    name: '',
    mtu: 0,
    up: (bytes.readUInt32LE(start + 8) & IFF_UP) !== 0,
    operState: 'unknown',
  };
  return readAttributes<typeof link & LinkDraft>(
    link,
    { bytes, start: start + IFINFOMSG_BYTES, end },
    readers,
  );
}

/** The index alone. */
export function decodeLinkIndex({ bytes, start }: Message): number {
  return bytes.readInt32LE(start + IFI_INDEX_AT);
}

/** Which link is meant: by number, or by its name and found by the kernel. */
export type LinkTarget = { readonly index: number } | { readonly name: string };

/** Asks for one link, or (without a target) for all. Counters are left out: they are most of an answer. */
export function getLink(target?: LinkTarget): Request {
  return {
    type: RTM_GETLINK,
    flags: 0,
    body: (out) => {
      out
        .u32(0)
        .u32(target && 'index' in target ? target.index : 0)
        .u32(0)
        .u32(0);
      out.attributeU32(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
      if (target && 'name' in target) out.attributeName(IFLA_IFNAME, target.name);
    },
  };
}
