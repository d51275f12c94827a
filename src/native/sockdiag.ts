import { AF_INET, AF_INET6 } from './inetaddress.js';
import { NetlinkDump } from './netlink-dump.js';

const NETLINK_SOCK_DIAG = 4;
const SOCK_DIAG_BY_FAMILY = 20;
const IPPROTO = { tcp: 6, udp: 17 } as const;
const TCP_TIME_WAIT = 6;
/** Every state, TCP_BOUND_INACTIVE (13) included, but connections that just wait for their end. */
const STATES = 0x3fff & ~(1 << TCP_TIME_WAIT);
const INET_DIAG_REQ_BYTECODE = 1;
const INET_DIAG_BC_S_GE = 2;
const INET_DIAG_BC_S_LE = 3;

/**
 * The local ports between `first` and `last` that some socket of the calling thread's namespace is bound to, on
 * whatever address (sock_diag(7)). One walk through the kernel's tables, however many ports are asked for.
 * @throws SyscallError
 */
export function portsInUse(protocol: 'tcp' | 'udp', first: number, last: number): Set<number> {
  using dump = new NetlinkDump(NETLINK_SOCK_DIAG);
  const ports = new Set<number>();
  for (const family of [AF_INET, AF_INET6]) {
    dump.each(SOCK_DIAG_BY_FAMILY, request(family, IPPROTO[protocol], first, last), (bytes, at) => {
      // struct inet_diag_msg { u8 family, state, timer, retrans; struct inet_diag_sockid { be16 sport; ... } ... }
      ports.add(bytes.readUInt16BE(at + 4));
    });
  }
  return ports;
}

/**
 * `struct inet_diag_req_v2 { u8 family, protocol, ext, pad; u32 states; struct inet_diag_sockid id; }` and the
 * attribute with the condition: four `struct inet_diag_bc_op { u8 code, yes; u16 no; }`, of which each second
 * one holds the port of the one before it. `yes` and `no` are distances in bytes; one beyond the end refuses.
 */
function request(family: number, protocol: number, first: number, last: number): Buffer {
  const bytes = Buffer.alloc(56 + 4 + 16);
  bytes.writeUInt8(family, 0);
  bytes.writeUInt8(protocol, 1);
  bytes.writeUInt32LE(STATES, 4);
  bytes.writeUInt16LE(20, 56);
  bytes.writeUInt16LE(INET_DIAG_REQ_BYTECODE, 58);
  const conditions = [
    [INET_DIAG_BC_S_GE, first, 16 + 4],
    [INET_DIAG_BC_S_LE, last, 8 + 4],
  ] as const;
  conditions.forEach(([code, port, beyond], index) => {
    const at = 60 + index * 8;
    bytes.writeUInt8(code, at);
    bytes.writeUInt8(8, at + 1);
    bytes.writeUInt16LE(beyond, at + 2);
    bytes.writeUInt16LE(port, at + 6);
  });
  return bytes;
}
