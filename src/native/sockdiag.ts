import { AF_INET, AF_INET6 } from './inetaddress.js';
import { NetlinkSocket } from './netlink-ts/socket.js';
import { sys } from './netlink-ts/sys.js';
import type { Request } from './netlink-ts/wire.js';

const NETLINK_SOCK_DIAG = 4;
const SOCK_DIAG_BY_FAMILY = 20;
const IPPROTO = { tcp: 6, udp: 17 } as const;
const TCP_TIME_WAIT = 6;
/** Every state, TCP_BOUND_INACTIVE (13) included, but connections that just wait for their end. */
const STATES = 0x3fff & ~(1 << TCP_TIME_WAIT);
const SOCKID_BYTES = 48;
const INET_DIAG_REQ_BYTECODE = 1;
const INET_DIAG_SKV6ONLY = 11;
const INET_DIAG_BC_S_GE = 2;
const INET_DIAG_BC_S_LE = 3;

/**
 * The local ports between `first` and `last` that some socket of the calling thread's namespace has that could be in
 * the way of one of this family, on whatever address (sock_diag(7)); IPv6 sockets that take IPv4 too are in the
 * way of both. One walk through the kernel's tables, however many ports are asked for. @throws NetlinkError
 */
export function portsInUse(
  { protocol, family }: { readonly protocol: 'tcp' | 'udp'; readonly family: 4 | 6 },
  first: number,
  last: number,
): Set<number> {
  using socket = new NetlinkSocket(sys(), { protocol: NETLINK_SOCK_DIAG });
  const ports = new Set<number>();
  for (const domain of family === 4 ? [AF_INET, AF_INET6] : [AF_INET6]) {
    const query = request(domain, IPPROTO[protocol], first, last);
    socket.dump('ports in use', query, ({ bytes, start, end }) => {
      // struct inet_diag_msg { u8 family, state, timer, retrans; struct inet_diag_sockid { be16 sport; ... } ... }
      const isOther = family === 4 && domain === AF_INET6 && isV6Only(bytes, start + 72, end);
      if (!isOther) ports.add(bytes.readUInt16BE(start + 4));
      return undefined;
    });
  }
  return ports;
}

/** Attributes: `struct nlattr { u16 len, type; }` and the value, padded to 4 bytes. Connections have none. */
function isV6Only(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at + 4 < end; ) {
    const length = bytes.readUInt16LE(at);
    if (length < 4) return false;
    if (bytes.readUInt16LE(at + 2) === INET_DIAG_SKV6ONLY) return bytes.readUInt8(at + 4) !== 0;
    at += (length + 3) & ~3;
  }
  return false;
}

/**
 * `struct inet_diag_req_v2 { u8 family, protocol, ext, pad; u32 states; struct inet_diag_sockid id; }` and the
 * attribute with the condition: four `struct inet_diag_bc_op { u8 code, yes; u16 no; }`, of which each second
 * one holds the port of the one before it. `yes` and `no` are distances in bytes; one beyond the end refuses.
 */
function request(family: number, protocol: number, first: number, last: number): Request {
  const conditions = [
    [INET_DIAG_BC_S_GE, first, 16 + 4],
    [INET_DIAG_BC_S_LE, last, 8 + 4],
  ] as const;
  return {
    type: SOCK_DIAG_BY_FAMILY,
    flags: 0,
    body: (out) => {
      out.u8(family).u8(protocol).u16(0).u32(STATES);
      for (let at = 0; at < SOCKID_BYTES; at += 4) out.u32(0);
      out.nested(INET_DIAG_REQ_BYTECODE, () => {
        for (const [code, port, beyond] of conditions) {
          out.u8(code).u8(8).u16(beyond).u16(0).u16(port);
        }
      });
    },
  };
}
