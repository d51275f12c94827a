import { NetlinkError } from './error.js';
import {
  AF_NETLINK,
  NETLINK_CAP_ACK,
  NETLINK_EXT_ACK,
  NETLINK_GET_STRICT_CHK,
  SO_RCVBUF,
  SO_RCVBUFFORCE,
  SO_SNDBUF,
  SO_SNDBUFFORCE,
  SOCK_RAW_CLOEXEC,
  SOL_NETLINK,
  SOL_SOCKET,
  type Sys,
} from './sys.js';

const NETLINK_ROUTE = 0;

/** How to open a socket. */
export interface SocketOptions {
  /** Multicast groups to hear, as a mask of `1 << (RTNLGRP_... - 1)`. Default: none. */
  readonly groups?: number;
  /** What the kernel may queue for us, in bytes. Default: 4 MiB. */
  readonly receiveQueueBytes?: number;
}

/** Longest batch; the kernel doubles the number and refuses longer datagrams (EMSGSIZE). */
const SEND_QUEUE_BYTES = 1024 * 1024;
const RECEIVE_QUEUE_BYTES = 4 * 1024 * 1024;

/**
 * Opens an rtnetlink socket in the network namespace that the calling thread is in. It is connected to
 * the kernel, so that no other process of the namespace can send to it. @throws NetlinkError
 */
export function openSocket(sys: Sys, options: SocketOptions = {}): number {
  const fd = sys.socket(AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_ROUTE);
  if (fd < 0) throw new NetlinkError({ operation: 'open rtnetlink', errno: sys.errno() });
  const groups = options.groups ?? 0;
  const attached =
    (groups === 0 || sys.bind(fd, kernelAddress(groups), 12) === 0) &&
    sys.connect(fd, kernelAddress(0), 12) === 0;
  if (!attached) {
    const errno = sys.errno();
    sys.close(fd);
    throw new NetlinkError({ operation: 'open rtnetlink', errno });
  }
  tune(sys, fd, options.receiveQueueBytes ?? RECEIVE_QUEUE_BYTES);
  return fd;
}

/** None of these is needed for a right answer, so an old kernel's refusal is passed over. */
function tune(sys: Sys, fd: number, receiveQueueBytes: number): void {
  for (const option of [NETLINK_CAP_ACK, NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK]) {
    sys.setsockopt(fd, SOL_NETLINK, option, 1);
  }
  resize(sys, fd, { force: SO_RCVBUFFORCE, plain: SO_RCVBUF, bytes: receiveQueueBytes });
  resize(sys, fd, { force: SO_SNDBUFFORCE, plain: SO_SNDBUF, bytes: SEND_QUEUE_BYTES });
}

/** Past the system's limit with CAP_NET_ADMIN, up to it without. */
function resize(
  sys: Sys,
  fd: number,
  { force, plain, bytes }: { force: number; plain: number; bytes: number },
): void {
  if (sys.setsockopt(fd, SOL_SOCKET, force, bytes) < 0) {
    sys.setsockopt(fd, SOL_SOCKET, plain, bytes);
  }
}

/** `struct sockaddr_nl { __kernel_sa_family_t nl_family; unsigned short nl_pad; __u32 nl_pid; __u32 nl_groups; }` */
function kernelAddress(groups: number): Buffer {
  const address = Buffer.alloc(12);
  address.writeUInt16LE(AF_NETLINK, 0);
  address.writeUInt32LE(groups, 8);
  return address;
}
