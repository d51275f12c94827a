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

/** What kind of socket to open. */
export interface SocketOptions {
  /** NETLINK_... of linux/netlink.h. */
  readonly protocol: number;
  /** Switches of SOL_NETLINK to turn on where the kernel has them. Default: none. */
  readonly switches?: readonly number[];
  /** Multicast groups to hear, as a mask of `1 << (group - 1)`. Default: none. */
  readonly groups?: number;
  /** What the kernel may queue for us, in bytes. Default: what it grants every socket. */
  readonly receiveQueueBytes?: number;
}

/** rtnetlink, with room for the refusals of a long batch or for a burst of events. */
export const routeSocket: SocketOptions = {
  protocol: 0,
  switches: [NETLINK_CAP_ACK, NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK],
  receiveQueueBytes: 4 * 1024 * 1024,
};

/**
 * Opens a netlink socket in the network namespace that the calling thread is in. It is connected to
 * the kernel, so that no other process of the namespace can send to it. @throws NetlinkError
 */
export function openSocket(sys: Sys, options: SocketOptions): number {
  const fd = sys.socket(AF_NETLINK, SOCK_RAW_CLOEXEC, options.protocol);
  if (fd < 0) throw new NetlinkError({ operation: 'open netlink socket', errno: sys.errno() });
  const groups = options.groups ?? 0;
  const attached =
    (groups === 0 || sys.bind(fd, kernelAddress(groups), 12) === 0) &&
    sys.connect(fd, kernelAddress(0), 12) === 0;
  if (!attached) {
    const errno = sys.errno();
    sys.close(fd);
    throw new NetlinkError({ operation: 'open netlink socket', errno });
  }
  tune(sys, fd, options);
  return fd;
}

/** Lets a socket send datagrams of as many bytes, as far as the process may. */
export function growSendQueue(sys: Sys, fd: number, bytes: number): void {
  resize(sys, fd, { force: SO_SNDBUFFORCE, plain: SO_SNDBUF, bytes });
}

/** None of these is needed for a right answer, so an old kernel's refusal is passed over. */
function tune(
  sys: Sys,
  fd: number,
  { switches = [], receiveQueueBytes: bytes }: SocketOptions,
): void {
  for (const option of switches) sys.setsockopt(fd, SOL_NETLINK, option, 1);
  if (bytes !== undefined) resize(sys, fd, { force: SO_RCVBUFFORCE, plain: SO_RCVBUF, bytes });
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
