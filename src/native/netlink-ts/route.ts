import { AF_INET, AF_INET6, familyNumber, ipBytes, ipText, prefix } from './ip.js';
import type { RouteInfo, RouteSpec } from './model.js';
import type { AttributeReaders, Draft, Message, Request } from './wire.js';
import { NLM_F_CREATE, NLM_F_EXCL, readAttributes } from './wire.js';

/**
 * Messages about routes (linux/rtnetlink.h):
 *
 * ```c
 * struct rtmsg {
 *   unsigned char rtm_family;
 *   unsigned char rtm_dst_len;    // bits of RTA_DST
 *   unsigned char rtm_src_len;
 *   unsigned char rtm_tos;
 *   unsigned char rtm_table;      // RT_TABLE_..., or RTA_TABLE
 *   unsigned char rtm_protocol;   // RTPROT_...: who made it
 *   unsigned char rtm_scope;      // RT_SCOPE_...
 *   unsigned char rtm_type;       // RTN_...
 *   unsigned      rtm_flags;
 * };
 * struct rtnexthop {              // in RTA_MULTIPATH
 *   unsigned short rtnh_len;
 *   unsigned char  rtnh_flags;
 *   unsigned char  rtnh_hops;
 *   int            rtnh_ifindex;
 * };                              // then attributes: RTA_GATEWAY, ...
 * struct rtvia {                  // RTA_VIA: a next hop of the other family
 *   __kernel_sa_family_t rtvia_family;
 *   __u8 rtvia_addr[];
 * };
 * ```
 */
export const RTM_NEWROUTE = 24;
export const RTM_DELROUTE = 25;
const RTM_GETROUTE = 26;
const RTMSG_BYTES = 12;
const RTNEXTHOP_BYTES = 8;
const RTA_DST = 1;
const RTA_OIF = 4;
const RTA_GATEWAY = 5;
const RTA_PRIORITY = 6;
const RTA_PREFSRC = 7;
const RTA_MULTIPATH = 9;
const RTA_TABLE = 15;
const RTA_VIA = 18;
const RT_TABLE_MAIN = 254;
const RTPROT_BOOT = 3;
const RTN_UNICAST = 1;
const RT_SCOPE_UNIVERSE = 0;
const RT_SCOPE_LINK = 253;
/** Any scope, in a deletion. */
const RT_SCOPE_NOWHERE = 255;

/** Adds a unicast route to the main table. `linkIndex` is that of `route.link`. */
export function newRoute(route: RouteSpec, linkIndex: number | undefined): Request {
  const onLink = route.family === 4 && route.gateway === undefined;
  return {
    type: RTM_NEWROUTE,
    flags: NLM_F_CREATE | NLM_F_EXCL,
    body: routeBody(route, linkIndex, {
      protocol: RTPROT_BOOT,
      scope: onLink ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
      type: RTN_UNICAST,
    }),
  };
}

/** Deletes the first route of the main table that has all that is told, whoever made it. */
export function removeRoute(route: RouteSpec, linkIndex: number | undefined): Request {
  const scope = route.family === 4 ? RT_SCOPE_NOWHERE : RT_SCOPE_UNIVERSE;
  return {
    type: RTM_DELROUTE,
    flags: 0,
    body: routeBody(route, linkIndex, { protocol: 0, scope, type: 0 }),
  };
}

/** Asks for the routes of one table, or of all. The kernel heeds the table where requests are checked strictly. */
export function getRoutes(family: 4 | 6, table = 0): Request {
  return {
    type: RTM_GETROUTE,
    flags: 0,
    body(out) {
      out.u32(familyNumber(family));
      // Numbers beyond a byte have an attribute of their own.
      out
        .u8(table < 256 ? table : 0)
        .u8(0)
        .u8(0)
        .u8(0)
        .u32(0);
      if (table >= 256) out.attributeU32(RTA_TABLE, table);
    },
  };
}

function routeBody(
  route: RouteSpec,
  linkIndex: number | undefined,
  { protocol, scope, type }: { protocol: number; scope: number; type: number },
): Request['body'] {
  const destination = destinationOf(route);
  const gateway = route.gateway === undefined ? undefined : ipBytes(route.gateway);
  const source = route.source === undefined ? undefined : ipBytes(route.source);
  return (out) => {
    out.u8(familyNumber(route.family)).u8(destination.length).u16(0);
    out.u8(RT_TABLE_MAIN).u8(protocol).u8(scope).u8(type).u32(0);
    if (destination.bytes) out.attributeBytes(RTA_DST, destination.bytes);
    if (gateway) out.attributeBytes(gatewayType(route, gateway), gatewayValue(route, gateway));
    if (source) out.attributeBytes(RTA_PREFSRC, source);
    if (route.metric !== undefined) out.attributeU32(RTA_PRIORITY, route.metric);
    if (linkIndex !== undefined) out.attributeU32(RTA_OIF, linkIndex);
  };
}

function destinationOf({ destination, family }: RouteSpec): { bytes?: Buffer; length: number } {
  if (destination === 'default') return { length: 0 };
  const parsed = prefix(destination);
  if (parsed.family !== family) throw new TypeError(`not an IPv${family} prefix: ${destination}`);
  return parsed;
}

function isForeign({ family }: RouteSpec, gateway: Buffer): boolean {
  return gateway.length !== (family === 4 ? 4 : 16);
}

function gatewayType(route: RouteSpec, gateway: Buffer): number {
  return isForeign(route, gateway) ? RTA_VIA : RTA_GATEWAY;
}

function gatewayValue(route: RouteSpec, gateway: Buffer): Buffer {
  if (!isForeign(route, gateway)) return gateway;
  return Buffer.concat([Buffer.from([gateway.length === 4 ? AF_INET : AF_INET6, 0]), gateway]);
}

type RouteDraft = Draft<RouteInfo>;

/** What a next hop can have, alone or as the first of several. */
const hopReaders: AttributeReaders<RouteDraft> = {
  [RTA_GATEWAY]: (route, bytes, start, end) => {
    route.gateway = ipText(bytes, start, end);
  },
  [RTA_VIA]: (route, bytes, start, end) => {
    route.gateway = ipText(bytes, start + 2, end);
  },
};

const readers: AttributeReaders<RouteDraft> = {
  ...hopReaders,
  [RTA_DST]: (route, bytes, start, end) => {
    route.destination = ipText(bytes, start, end);
  },
  [RTA_OIF]: (route, bytes, start) => {
    route.linkIndex = bytes.readUInt32LE(start);
  },
  [RTA_PRIORITY]: (route, bytes, start) => {
    route.metric = bytes.readUInt32LE(start);
  },
  [RTA_PREFSRC]: (route, bytes, start, end) => {
    route.source = ipText(bytes, start, end);
  },
  [RTA_TABLE]: (route, bytes, start) => {
    route.table = bytes.readUInt32LE(start);
  },
  [RTA_MULTIPATH]: (route, bytes, start, end) => {
    if (end - start < RTNEXTHOP_BYTES) return;
    route.linkIndex = bytes.readInt32LE(start + 4);
    const hopEnd = Math.min(end, start + bytes.readUInt16LE(start));
    readAttributes(route, { bytes, start: start + RTNEXTHOP_BYTES, end: hopEnd }, hopReaders);
  },
};

/** Reads RTM_NEWROUTE and RTM_DELROUTE; of several next hops the first. Undefined for another family's. */
export function decodeRoute({ bytes, start, end }: Message): RouteInfo | undefined {
  const family = bytes[start];
  if (family !== AF_INET && family !== AF_INET6) return undefined;
  const route: RouteDraft = {
    destination: '',
    family: family === AF_INET ? 4 : 6,
    table: bytes[start + 4] ?? 0,
    protocol: bytes[start + 5] ?? 0,
  };
  readAttributes(route, { bytes, start: start + RTMSG_BYTES, end }, readers);
  route.destination = destinationText(route.destination, bytes[start + 1] ?? 0);
  return route;
}

function destinationText(address: string, length: number): string {
  return address === '' && length === 0 ? 'default' : `${address}/${length}`;
}
