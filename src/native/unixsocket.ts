import { constants } from 'node:fs';
import type { Socket } from 'node:net';
import { basename, dirname } from 'node:path';
import { Fd, O_CLOEXEC, O_PATH } from './fd.js';
import { check } from './libc.js';
import { fdStream } from './poll.js';
import { SOCK_NONBLOCK, SOL_SOCKET, socketCall } from './socketcall.js';

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_SEQPACKET = 5;
const SO_PEERCRED = 17;
/** Connections that may wait to be taken. */
const QUEUE = 16;
/** `char sun_path[108]`, of which the last is the final NUL (unix(7)). */
const MAX_PATH = 107;

/**
 * Connects to a SOCK_SEQPACKET unix socket, which Node can't. One `data` event is one packet of up to
 * 64 KiB, one write is one packet. @throws SyscallError ENOENT, ECONNREFUSED, or EAGAIN when the listener's queue is full
 */
export function connectSeqpacket(path: string): Socket {
  return fdStream(connectedSeqpacket(path));
}

/** The same as a descriptor, for packets with control data: see `SocketMessages`. @throws SyscallError as above */
export function connectedSeqpacket(path: string): Fd {
  return connected(seqpacket(), path);
}

/** A SOCK_DGRAM unix socket that is connected, non-blocking: for `sendDatagram`. @throws SyscallError ENOENT, ECONNREFUSED, EPROTOTYPE */
export function connectedUnixDatagram(path: string): Fd {
  return connected(unixSocket(SOCK_DGRAM), path);
}

function connected(socket: Fd, path: string): Fd {
  try {
    withShortPath(path, (short) => {
      const address = unixAddress(short);
      check('connect', socketCall.connect(socket.number, address, address.length), path);
    });
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

/**
 * A listening SOCK_SEQPACKET socket whose file only its owner may open. Nothing may be there of that name.
 * @throws SyscallError EADDRINUSE
 */
export function seqpacketListener(path: string): Fd {
  const socket = seqpacket();
  const mask = process.umask(0o177);
  try {
    withShortPath(path, (short) => {
      const address = unixAddress(short);
      check('bind', socketCall.bind(socket.number, address, address.length), path);
    });
    claimListener(socket);
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  } finally {
    process.umask(mask);
  }
}

/** Makes this process the one that {@link peerOf} names to whoever connects to the listener (unix(7)). */
export function claimListener(listener: Fd): void {
  check('listen', socketCall.listen(listener.number, QUEUE));
}

/** Who has connected, or has the listener that was connected to (unix(7), SO_PEERCRED). @throws SyscallError */
export function peerOf(socket: Fd): { readonly pid: number; readonly uid: number } {
  // struct ucred { pid_t pid; uid_t uid; gid_t gid; }
  const credentials = Buffer.alloc(12);
  const length = Uint32Array.of(credentials.length);
  const { number } = socket;
  check('getsockopt', socketCall.getsockopt(number, SOL_SOCKET, SO_PEERCRED, credentials, length));
  return { pid: credentials.readInt32LE(0), uid: credentials.readUInt32LE(4) };
}

function seqpacket(): Fd {
  return unixSocket(SOCK_SEQPACKET);
}

function unixSocket(kind: number): Fd {
  const type = kind | SOCK_NONBLOCK | O_CLOEXEC;
  return new Fd(check('socket', socketCall.socket(AF_UNIX, type, 0)));
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
