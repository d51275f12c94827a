import { libc } from './libc.js';

/** The calls on sockets that several kinds of them share (socket(2), bind(2), ...); each answers -1 and sets errno. */
export const socketCall = {
  socket: libc.fn<(domain: number, type: number, protocol: number) => number>(
    'int socket(int domain, int type, int protocol)',
  ),
  bind: libc.fn<(fd: number, address: Uint8Array, length: number) => number>(
    'int bind(int sockfd, const void *addr, uint32_t addrlen)',
  ),
  connect: libc.fn<(fd: number, address: Uint8Array, length: number) => number>(
    'int connect(int sockfd, const void *addr, uint32_t addrlen)',
  ),
  listen: libc.fn<(fd: number, backlog: number) => number>('int listen(int sockfd, int backlog)'),
  shutdown: libc.fn<(fd: number, how: number) => number>('int shutdown(int sockfd, int how)'),
  send: libc.fn<(fd: number, bytes: Uint8Array, length: number, flags: number) => number>(
    'int64_t send(int fd, void *buf, uint64_t len, int flags)',
  ),
  recv: libc.fn<(fd: number, bytes: Uint8Array, length: number, flags: number) => number>(
    'int64_t recv(int fd, void *buf, uint64_t len, int flags)',
  ),
  setsockopt: libc.fn<
    (fd: number, level: number, name: number, value: Uint8Array, length: number) => number
  >('int setsockopt(int sockfd, int level, int optname, const void *optval, uint32_t optlen)'),
  getsockopt: libc.fn<
    (
      fd: number,
      level: number,
      name: number,
      value: Uint8Array | Int32Array,
      length: Uint32Array,
    ) => number
  >('int getsockopt(int sockfd, int level, int optname, void *optval, void *optlen)'),
  getsockname: libc.fn<(fd: number, address: Uint8Array, length: Uint32Array) => number>(
    'int getsockname(int sockfd, void *addr, void *addrlen)',
  ),
} as const;

/** A flag of a socket's type: reads and writes don't wait. */
export const SOCK_NONBLOCK = 0o4000;
/** A flag of one read or write: it doesn't wait. */
export const MSG_DONTWAIT = 0x40;
/** Levels of options: the socket's own, IPv4's, IPv6's. */
export const SOL_SOCKET = 1;
export const IPPROTO_IP = 0;
export const IPPROTO_IPV6 = 41;
