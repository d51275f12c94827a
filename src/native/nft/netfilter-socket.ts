import { Fd } from '../fd.js';
import { check, libc } from '../libc.js';

const c = {
  socket: libc.fn<(domain: number, type: number, protocol: number) => number>(
    'int socket(int domain, int type, int protocol)',
  ),
  bind: libc.fn<(fd: number, address: Uint8Array, length: number) => number>(
    'int bind(int fd, const void *addr, uint32_t len)',
  ),
  getsockname: libc.fn<(fd: number, address: Uint8Array, length: Uint32Array) => number>(
    'int getsockname(int fd, void *addr, void *len)',
  ),
  setsockopt: libc.fn<
    (fd: number, level: number, name: number, value: Int32Array, length: number) => number
  >('int setsockopt(int fd, int level, int optname, const void *optval, uint32_t optlen)'),
};

const AF_NETLINK = 16;
const SOCK_RAW_CLOEXEC = 3 | 0o2000000;
const NETLINK_NETFILTER = 12;
const SOL_SOCKET = 1;
const SO_SNDBUFFORCE = 32;
const SO_RCVBUFFORCE = 33;
const SOL_NETLINK = 270;

/** Options of a netlink socket (linux/netlink.h). */
export const netlinkOption = { capAck: 10, extAck: 11 } as const;

/** The same limits as any user's may be raised to, and beyond them for root. */
const bufferOption = { send: SO_SNDBUFFORCE, receive: SO_RCVBUFFORCE } as const;

/**
 * A bound netfilter netlink socket of the calling thread's network namespace. `groups` is a bit mask of NFNLGRP_...
 * numbers, counted from bit 0 for group 1. @throws SyscallError
 */
export function openNetfilter(groups = 0): Fd {
  const fd = new Fd(check('socket', c.socket(AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_NETFILTER)));
  try {
    const address = socketAddress(groups);
    check('bind', c.bind(fd.number, address, address.length), 'netfilter socket');
    return fd;
  } catch (error) {
    fd.close();
    throw error;
  }
}

/** Switches an option on. @throws SyscallError */
export function setNetlinkOption(fd: Fd, option: keyof typeof netlinkOption): void {
  const one = Int32Array.of(1);
  const name = netlinkOption[option];
  check('setsockopt', c.setsockopt(fd.number, SOL_NETLINK, name, one, 4), option);
}

/** How many bytes the kernel may queue for one direction. @throws SyscallError EPERM without CAP_NET_ADMIN */
export function setBuffer(fd: Fd, direction: keyof typeof bufferOption, bytes: number): void {
  const value = Int32Array.of(bytes);
  const name = bufferOption[direction];
  check('setsockopt', c.setsockopt(fd.number, SOL_SOCKET, name, value, 4), `${direction} buffer`);
}

/**
 * The port id of a netlink socket: what the kernel calls the asker, also towards those who listen to changes.
 * 0 for one that is not bound; undefined for anything but a netlink socket.
 */
export function portOf(fd: number): number | undefined {
  const address = socketAddress(0);
  const length = Uint32Array.of(address.length);
  const isNetlink =
    c.getsockname(fd, address, length) === 0 && address.readUInt16LE(0) === AF_NETLINK;
  return isNetlink ? address.readUInt32LE(4) : undefined;
}

/** `struct sockaddr_nl { u16 family; u16 pad; u32 port; u32 groups; }` */
function socketAddress(groups: number): Buffer {
  const address = Buffer.alloc(12);
  address.writeUInt16LE(AF_NETLINK, 0);
  address.writeUInt32LE(groups, 8);
  return address;
}
