import koffi, { type KoffiFunc } from 'koffi';

/** Flags of socket(2), send(2) and recv(2), and option numbers of setsockopt(2): asm-generic/socket.h, linux/netlink.h. */
export const AF_NETLINK = 16;
export const SOCK_RAW_CLOEXEC = 3 | 0o2000000;
export const MSG_TRUNC = 0x20;
export const MSG_DONTWAIT = 0x40;
const O_CLOEXEC = 0o2000000;
export const SOL_SOCKET = 1;
export const SO_SNDBUF = 7;
export const SO_RCVBUF = 8;
export const SO_SNDBUFFORCE = 32;
export const SO_RCVBUFFORCE = 33;
export const SOL_NETLINK = 270;
export const NETLINK_CAP_ACK = 10;
export const NETLINK_EXT_ACK = 11;
export const NETLINK_GET_STRICT_CHK = 12;
const F_DUPFD_CLOEXEC = 1030;

/** Longest answer that is read in one piece. The kernel fills 32 kB in a listing, if it is offered that much. */
export const RECEIVE_BYTES = 128 * 1024;

/** The system calls of a netlink socket. Each returns what libc does: -1 for a failure, told by {@link Sys.errno}. */
export interface Sys {
  socket(domain: number, type: number, protocol: number): number;
  bind(fd: number, address: Buffer, length: number): number;
  connect(fd: number, address: Buffer, length: number): number;
  send(fd: number, bytes: Buffer, length: number, flags: number): number;
  recv(fd: number, into: Buffer, length: number, flags: number): number;
  /** send(2) on one of libuv's threads: how many bytes, or the errno, negative. */
  sendOnPool(fd: number, bytes: Buffer, length: number, flags: number): Promise<number>;
  /** recv(2) likewise. */
  recvOnPool(fd: number, into: Buffer, length: number, flags: number): Promise<number>;
  setsockopt(fd: number, level: number, option: number, value: number): number;
  /** Another descriptor of the same open file, closed on exec. */
  duplicate(fd: number): number;
  /** The read and the write end of a new pipe, both closed on exec. */
  pipe(): readonly [number, number];
  close(fd: number): number;
  /** Why the last synchronous call failed. */
  errno(): number;
  /** Shared by all sockets: every synchronous read is parsed before the next call. */
  readonly receiveBuffer: Buffer;
}

const loaded: { sys?: Sys } = {};

/** libc, loaded at the first call. */
export function sys(): Sys {
  loaded.sys ??= load();
  return loaded.sys;
}

function load(): Sys {
  const libc = koffi.load(null);
  const send: KoffiFunc<Sys['send']> = libc.func('int64_t send(int, void *, uint64_t, int)');
  const recv: KoffiFunc<Sys['recv']> = libc.func('int64_t recv(int, void *, uint64_t, int)');
  const setsockopt = libc.func('int setsockopt(int, int, int, void *, uint32_t)');
  const pipe2 = libc.func('int pipe2(void *, int)');
  const fcntl = libc.func('int fcntl(int, int, ...)');
  return {
    socket: libc.func('int socket(int, int, int)'),
    bind: libc.func('int bind(int, void *, uint32_t)'),
    connect: libc.func('int connect(int, void *, uint32_t)'),
    send,
    recv,
    sendOnPool: onPool(send),
    recvOnPool: onPool(recv),
    setsockopt: (fd, level, option, value) => setsockopt(fd, level, option, int32(value), 4),
    duplicate: (fd) => fcntl(fd, F_DUPFD_CLOEXEC, 'int', 0),
    pipe: () => {
      const ends = Buffer.alloc(8);
      pipe2(ends, O_CLOEXEC);
      return [ends.readInt32LE(0), ends.readInt32LE(4)];
    },
    close: libc.func('int close(int)'),
    errno: () => koffi.errno(),
    receiveBuffer: Buffer.allocUnsafeSlow(RECEIVE_BYTES),
  };
}

/** A call on a socket and a buffer, on one of libuv's threads. */
function onPool(call: KoffiFunc<Sys['send']>): Sys['sendOnPool'] {
  // What a thread uses must not be collected meanwhile.
  const inFlight = new Set<Buffer>();
  return (fd, bytes, length, flags) =>
    new Promise((resolve, reject) => {
      inFlight.add(bytes);
      call.async(fd, bytes, length, flags, (error: unknown, result: number) => {
        // The thread's, and only until the next call.
        const errno = koffi.errno();
        inFlight.delete(bytes);
        if (error) reject(error);
        else resolve(Number(result) < 0 ? -errno : Number(result));
      });
    });
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}
