import koffi from 'koffi';
import { ip } from '../base/ip.js';
import { Fd, O_CLOEXEC } from './fd.js';
import { AF_INET, AF_INET6, encodeInetAddress } from './inetaddress.js';
import { check } from './libc.js';
import { IPPROTO_IP, IPPROTO_IPV6, MSG_DONTWAIT, SOCK_NONBLOCK, socketCall } from './socketcall.js';
import type { ControlData, ReceivedMessage } from './socketmessage.js';

const SOCK_DGRAM = 2;
const EAGAIN = 11;
const IP_PKTINFO = 8;
const IPV6_RECVPKTINFO = 49;
const IPV6_PKTINFO = 50;

/**
 * Has the kernel say with each datagram to which of the host's addresses it was sent (ip(7), ipv6(7)): a socket
 * on all addresses would else answer from whichever the route has. @throws SyscallError
 */
export function tellDestination(socket: Fd, family: 4 | 6): void {
  const [level, option] =
    family === 4 ? [IPPROTO_IP, IP_PKTINFO] : [IPPROTO_IPV6, IPV6_RECVPKTINFO];
  const on = Buffer.from([1, 0, 0, 0]);
  check('setsockopt', socketCall.setsockopt(socket.number, level, option, on, on.length));
}

/**
 * What makes an answer come from the address that was asked, over the interface it came by.
 * `struct in_pktinfo { int ifindex; in_addr spec_dst, addr; }` or `struct in6_pktinfo { in6_addr addr; u32 ifindex; }`
 * @returns undefined if the kernel did not say
 */
export function answeringFrom({
  control,
}: Pick<ReceivedMessage, 'control'>): ControlData | undefined {
  const found = control.find(
    ({ level, type }) =>
      (level === IPPROTO_IP && type === IP_PKTINFO) ||
      (level === IPPROTO_IPV6 && type === IPV6_PKTINFO),
  );
  if (!found) return undefined;
  const data = Buffer.from(found.data);
  // `spec_dst` is the source of what is sent; the interface is left to the route, as for any answer.
  if (found.level === IPPROTO_IP) data.fill(0, 0, 4);
  // Only link-local addresses mean something on one interface alone.
  else if (data.readUInt8(0) !== 0xfe) data.fill(0, 16, 20);
  return { ...found, data };
}

/** A UDP socket that is connected to one address, non-blocking. @throws SyscallError ENETUNREACH */
export function connectedUdp(address: string, port: number): Fd {
  const to = ip(address);
  const domain = to.family === 4 ? AF_INET : AF_INET6;
  const socket = new Fd(
    check('socket', socketCall.socket(domain, SOCK_DGRAM | SOCK_NONBLOCK | O_CLOEXEC, 0)),
  );
  try {
    const sockaddr = encodeInetAddress({ address: to, port });
    check('connect', socketCall.connect(socket.number, sockaddr, sockaddr.length), address);
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

/** Sends on a connected socket. @returns whether the kernel took it; datagrams may be lost */
export function sendDatagram(fd: number, bytes: Buffer): boolean {
  return Number(socketCall.send(fd, bytes, bytes.length, MSG_DONTWAIT)) >= 0;
}

/**
 * Reads from a connected socket: the length, `nothing` if there is nothing to read, `refused` for the error that
 * an earlier datagram came to (ECONNREFUSED), which is over with that.
 */
export function receiveDatagram(fd: number, into: Buffer): number | 'nothing' | 'refused' {
  const length = Number(socketCall.recv(fd, into, into.length, MSG_DONTWAIT));
  if (length >= 0) return length;
  return koffi.errno() === EAGAIN ? 'nothing' : 'refused';
}
