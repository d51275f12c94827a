import { ip } from '../base/ip.js';
import { Fd, O_CLOEXEC } from './fd.js';
import { AF_INET, AF_INET6, decodeInetAddress, encodeInetAddress } from './inetaddress.js';
import { check } from './libc.js';
import { IPPROTO_IP, IPPROTO_IPV6, SOCK_NONBLOCK, SOL_SOCKET, socketCall } from './socketcall.js';

const SOCK = { tcp: 1, udp: 2, sctp: 1 } as const;
/** The protocol number where the type alone does not tell. */
const IPPROTO = { tcp: 6, udp: 17, sctp: 132 } as const;
const SHUT_RDWR = 2;
const SO_REUSEADDR = 2;
const SO_REUSEPORT = 15;
const IP_FREEBIND = 15;
const IPV6_V6ONLY = 26;
const IPV6_FREEBIND = 78;

/** Where a socket shall be bound. It is made in the network namespace that the calling thread is in. */
export interface BindAddress {
  /** IPv4 or IPv6 address without zone; an IPv6 socket takes no IPv4, so both can have the same port. */
  readonly address: string;
  /** 0: the kernel chooses one; see {@link boundPort}. */
  readonly port: number;
  /** Interface index that a link-local IPv6 address belongs to. */
  readonly scopeId?: number;
  /** Share the port with other sockets that say so too (SO_REUSEPORT). Default false. */
  readonly reusePort?: boolean;
  /** Also an address that no interface has yet (IP_FREEBIND). Default false. */
  readonly freebind?: boolean;
}

/** Protocols that a port can be reserved for. */
export type InetProtocol = keyof typeof IPPROTO;

/**
 * A bound socket, non-blocking and close-on-exec, that does not listen yet: the port is taken. TCP and SCTP
 * set SO_REUSEADDR as Node does, so that connections in TIME_WAIT don't count.
 * @throws SyscallError EADDRINUSE, EADDRNOTAVAIL, EACCES; EPROTONOSUPPORT for SCTP where the kernel has none
 */
export function boundSocket(protocol: InetProtocol, at: BindAddress): Fd {
  const address = ip(at.address);
  const domain = address.family === 4 ? AF_INET : AF_INET6;
  const type = SOCK[protocol] | SOCK_NONBLOCK | O_CLOEXEC;
  const socket = new Fd(
    check('socket', socketCall.socket(domain, type, IPPROTO[protocol]), protocol),
  );
  try {
    if (domain === AF_INET6) setOption(socket, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    if (protocol !== 'udp') setOption(socket, SOL_SOCKET, SO_REUSEADDR, 1);
    if (at.reusePort) setOption(socket, SOL_SOCKET, SO_REUSEPORT, 1);
    if (at.freebind && domain === AF_INET) setOption(socket, IPPROTO_IP, IP_FREEBIND, 1);
    if (at.freebind && domain === AF_INET6) setOption(socket, IPPROTO_IPV6, IPV6_FREEBIND, 1);
    const sockaddr = encodeInetAddress({ address, port: at.port }, at.scopeId);
    const subject = `${protocol} ${at.address} port ${at.port}`;
    check('bind', socketCall.bind(socket.number, sockaddr, sockaddr.length), subject);
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

/** A bound UDP socket, e.g. for `dgram`'s `bind({fd})`. @throws SyscallError as {@link boundSocket} */
export function udpSocket(at: BindAddress): Fd {
  return boundSocket('udp', at);
}

/**
 * A listening TCP socket, e.g. for `net.Server.listen({fd})`. `backlog` is the number of connections that may
 * wait to be accepted, default 511 as Node's. @throws SyscallError as {@link boundSocket}
 */
export function tcpListener(at: BindAddress & { readonly backlog?: number }): Fd {
  const socket = boundSocket('tcp', at);
  try {
    listen(socket, at.backlog);
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

/** Lets a bound TCP socket take connections (listen(2)). @throws SyscallError EADDRINUSE if another one listens */
export function listen(socket: Fd, backlog = 511): void {
  check('listen', socketCall.listen(socket.number, backlog));
}

/**
 * Makes a listening socket just a bound one again, whoever else has a copy of it (shutdown(2)): another socket with
 * SO_REUSEADDR can have the port.
 */
export function stopListening(socket: Fd): void {
  socketCall.shutdown(socket.number, SHUT_RDWR);
}

/** The port that a socket is bound to; the one that the kernel chose if 0 was asked for. */
export function boundPort(socket: Fd): number {
  const sockaddr = Buffer.alloc(28);
  const length = Uint32Array.of(sockaddr.length);
  check('getsockname', socketCall.getsockname(socket.number, sockaddr, length));
  return decodeInetAddress(sockaddr).port;
}

function setOption(socket: Fd, level: number, name: number, value: number): void {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  check('setsockopt', socketCall.setsockopt(socket.number, level, name, bytes, bytes.length));
}
