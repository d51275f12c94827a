import { readdirSync } from 'node:fs';
import { addressOf, check } from '../libc.js';
import { AF_NETLINK } from '../netlink-ts/sys.js';
import { NETLINK_NETFILTER } from '../nfnetlink.js';
import { SOL_SOCKET, socketCall } from '../socketcall.js';

const SO_ATTACH_FILTER = 26;
const SO_PROTOCOL = 38;
const SO_DOMAIN = 39;

/**
 * The port id of a netfilter netlink socket: what the kernel calls the asker, also towards those who listen to
 * changes. A socket that has none yet (it would get one with its first message) gets it now. Undefined for anything
 * else than such a socket.
 */
export function portOf(fd: number): number | undefined {
  const address = anyPort();
  const length = Uint32Array.of(address.length);
  const name = () => check('getsockname', socketCall.getsockname(fd, address, length));
  if (!isNetfilter(fd)) return undefined;
  name();
  if (address.readUInt32LE(4) === 0) {
    check('bind', socketCall.bind(fd, anyPort(), address.length), 'netfilter socket');
    name();
  }
  return address.readUInt32LE(4);
}

/** All netfilter netlink sockets of the process. */
export function netfilterSockets(): number[] {
  return readdirSync('/proc/self/fd').map(Number).filter(isNetfilter);
}

function isNetfilter(fd: number): boolean {
  const value = new Int32Array(1);
  const option = (name: number) =>
    socketCall.getsockopt(fd, SOL_SOCKET, name, value, Uint32Array.of(4)) === 0
      ? value[0]
      : undefined;
  return option(SO_DOMAIN) === AF_NETLINK && option(SO_PROTOCOL) === NETLINK_NETFILTER;
}

/** The classic machine's instructions: load a word, compare with a constant, return a constant. */
const BPF_LD_W_ABS = 0x20;
const BPF_JEQ_K = 0x15;
const BPF_RET_K = 0x06;
/** Where `struct nlmsghdr` has the port of who caused the message. */
const NLMSG_PID_OFFSET = 12;

/** Makes a listening socket deaf to what these ports caused. @throws SyscallError */
export function attachPortFilter(fd: number, ports: readonly number[]): void {
  const toDrop = (at: number) => ports.length - at;
  const program = Buffer.concat([
    instruction(BPF_LD_W_ABS, NLMSG_PID_OFFSET),
    ...ports.map((port, at) => instruction(BPF_JEQ_K, swapped(port), toDrop(at))),
    instruction(BPF_RET_K, 0xffffffff),
    instruction(BPF_RET_K, 0),
  ]);
  // struct sock_fprog { u16 len; struct sock_filter *filter; }
  const fprog = Buffer.alloc(16);
  fprog.writeUInt16LE(program.length / 8, 0);
  fprog.writeBigUInt64LE(addressOf(program), 8);
  check('setsockopt', socketCall.setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, fprog, fprog.length));
}

/** `struct sock_filter { u16 code; u8 jt, jf; u32 k; }` */
function instruction(code: number, constant: number, ifEqual = 0): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16LE(code, 0);
  bytes.writeUInt8(ifEqual, 2);
  bytes.writeUInt32LE(constant, 4);
  return bytes;
}

/** The machine reads words in network byte order, netlink writes them in the host's. */
function swapped(value: number): number {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes.readUInt32BE();
}

/** `struct sockaddr_nl { u16 family; u16 pad; u32 port; u32 groups; }` with the port left to the kernel. */
function anyPort(): Buffer {
  const address = Buffer.alloc(12);
  address.writeUInt16LE(AF_NETLINK, 0);
  return address;
}
