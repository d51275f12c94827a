import { constants } from 'node:fs';
import type { Socket } from 'node:net';
import { basename, dirname } from 'node:path';
import { Fd, O_CLOEXEC, O_PATH } from './fd.js';
import { check, libc } from './libc.js';
import { fdStream } from './poll.js';

const c = {
  socket: libc.fn<(domain: number, type: number, protocol: number) => number>(
    'int socket(int domain, int type, int protocol)',
  ),
  connect: libc.fn<(fd: number, address: Uint8Array, length: number) => number>(
    'int connect(int sockfd, const void *addr, uint32_t addrlen)',
  ),
};

const AF_UNIX = 1;
const SOCK_SEQPACKET = 5;
const SOCK_NONBLOCK = 0o4000;
/** `char sun_path[108]`, of which the last is the final NUL (unix(7)). */
const MAX_PATH = 107;

/**
 * Connects to a SOCK_SEQPACKET unix socket, which Node can't. One `data` event is one packet of up to
 * 64 KiB, one write is one packet. @throws SyscallError ENOENT, ECONNREFUSED, or EAGAIN when the listener's queue is full
 */
export function connectSeqpacket(path: string): Socket {
  const type = SOCK_SEQPACKET | SOCK_NONBLOCK | O_CLOEXEC;
  using socket = new Fd(check('socket', c.socket(AF_UNIX, type, 0)));
  withShortPath(path, (short) => {
    const address = unixAddress(short);
    check('connect', c.connect(socket.number, address, address.length), path);
  });
  return fdStream(socket);
}

/** Encodes `struct sockaddr_un { u16 sun_family; char sun_path[108]; }` as far as it is used. */
export function unixAddress(path: string): Buffer {
  const address = Buffer.alloc(2 + Buffer.byteLength(path) + 1);
  address.writeUInt16LE(AF_UNIX);
  address.write(path, 2);
  return address;
}

/**
 * Calls `use` with a name of the socket file that fits into an address: its own, or one by way of a
 * descriptor of its folder. The name is good during the call only. @throws SyscallError ENAMETOOLONG from
 * the use of a file name that does not fit by itself
 */
export function withShortPath<T>(path: string, use: (short: string) => T): T {
  if (Buffer.byteLength(path) <= MAX_PATH) return use(path);
  using folder = Fd.open(dirname(path), O_PATH | constants.O_DIRECTORY);
  return use(`/proc/self/fd/${folder.number}/${basename(path)}`);
}
