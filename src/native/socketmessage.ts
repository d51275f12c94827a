import koffi from 'koffi';
import { Fd } from './fd.js';
import { addressOf, libc, SyscallError } from './libc.js';
import { MSG_DONTWAIT, SOL_SOCKET } from './socketcall.js';

const c = {
  sendmsg: libc.fn<(fd: number, message: Uint8Array, flags: number) => number>(
    'int64_t sendmsg(int sockfd, void *msg, int flags)',
  ),
  recvmsg: libc.fn<(fd: number, message: Uint8Array, flags: number) => number>(
    'int64_t recvmsg(int sockfd, void *msg, int flags)',
  ),
};

const EAGAIN = 11;
const EINTR = 4;
const MSG_NOSIGNAL = 0x4000;
const MSG_CMSG_CLOEXEC = 0x4000_0000;
/** sizeof(struct msghdr) and sizeof(struct cmsghdr) on 64-bit machines. */
const HEADER = 56;
const CONTROL_HEADER = 16;

/** Data beside the bytes of a message (cmsg(3)). */
export interface ControlData {
  readonly level: number;
  readonly type: number;
  readonly data: Buffer;
}

/** One message that was read: places in the buffers of its {@link SocketMessages}, good until the next read. */
export interface ReceivedMessage {
  readonly length: number;
  /** The sender's address as the kernel writes it; empty on connected sockets. */
  readonly name: Buffer;
  readonly control: readonly ControlData[];
}

/**
 * Messages with control data over sockets, which Node can't: sendmsg(2) and recvmsg(2), never waiting. One
 * object serves any number of sockets.
 */
export class SocketMessages {
  /** What was read last. */
  readonly bytes: Buffer;
  readonly #name = Buffer.allocUnsafeSlow(128);
  readonly #control: Buffer;
  readonly #header = Buffer.alloc(HEADER);
  readonly #vector = Buffer.alloc(16);

  /** The longest message and the longest control data that can be read. */
  constructor({ length, control }: { readonly length: number; readonly control: number }) {
    this.bytes = Buffer.allocUnsafeSlow(length);
    this.#control = Buffer.allocUnsafeSlow(control);
  }

  /** Reads one; undefined if there is none. @throws SyscallError */
  receive(fd: number): ReceivedMessage | undefined {
    this.#prepare({ bytes: this.bytes, name: this.#name, control: this.#control });
    const length = Number(c.recvmsg(fd, this.#header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC));
    if (length < 0) return nothing('recvmsg');
    // The kernel has written both lengths.
    const nameLength = this.#header.readUInt32LE(8);
    const controlLength = Number(this.#header.readBigUInt64LE(40));
    const control = [...controlIn(this.#control.subarray(0, controlLength))];
    return { length, name: this.#name.subarray(0, nameLength), control };
  }

  /** Sends one; false if there is no room at the moment. @throws SyscallError */
  send(
    fd: number,
    { bytes, name, control }: { bytes: Buffer; name?: Buffer; control?: readonly ControlData[] },
  ): boolean {
    const encoded = control === undefined ? undefined : encodeControl(control);
    this.#prepare({ bytes, ...(name && { name }), ...(encoded && { control: encoded }) });
    const sent = Number(c.sendmsg(fd, this.#header, MSG_DONTWAIT | MSG_NOSIGNAL));
    return sent >= 0 || nothing('sendmsg') !== undefined;
  }

  /**
   * `struct msghdr { void *name; u32 namelen; struct iovec *iov; size_t iovlen; void *control; size_t controllen;
   * int flags; }` with one `struct iovec { void *base; size_t len; }`.
   */
  #prepare(parts: { bytes: Buffer; name?: Buffer; control?: Buffer }): void {
    const { bytes, name, control } = parts;
    this.#vector.writeBigUInt64LE(bytes.length > 0 ? addressOf(bytes) : 0n, 0);
    this.#vector.writeBigUInt64LE(BigInt(bytes.length), 8);
    this.#header.writeBigUInt64LE(name ? addressOf(name) : 0n, 0);
    this.#header.writeUInt32LE(name?.length ?? 0, 8);
    this.#header.writeBigUInt64LE(addressOf(this.#vector), 16);
    this.#header.writeBigUInt64LE(1n, 24);
    this.#header.writeBigUInt64LE(control ? addressOf(control) : 0n, 32);
    this.#header.writeBigUInt64LE(BigInt(control?.length ?? 0), 40);
    this.#header.writeInt32LE(0, 48);
  }
}

const SCM_RIGHTS = 1;

/** Most descriptors in one message (SCM_MAX_FD). */
export const MAX_DESCRIPTORS = 253;

/** Room that {@link MAX_DESCRIPTORS} take in control data. */
export const DESCRIPTORS_CONTROL = CONTROL_HEADER + 4 * 256;

/** Descriptors to be sent along (unix(7), SCM_RIGHTS): the other side gets its own of the same open files. */
export function withDescriptors(fds: readonly number[]): ControlData {
  const data = Buffer.alloc(fds.length * 4);
  fds.forEach((fd, index) => {
    data.writeInt32LE(fd, index * 4);
  });
  return { level: SOL_SOCKET, type: SCM_RIGHTS, data };
}

/** The descriptors that came with a message, close-on-exec. They must be closed by whoever takes them. */
export function descriptorsIn({ control }: Pick<ReceivedMessage, 'control'>): Fd[] {
  return control
    .filter(({ level, type }) => level === SOL_SOCKET && type === SCM_RIGHTS)
    .flatMap(({ data }) =>
      Array.from({ length: data.length >> 2 }, (_, index) => new Fd(data.readInt32LE(index * 4))),
    );
}

/** `struct cmsghdr { size_t len; int level; int type; }`, its data, and padding to 8 bytes. */
function encodeControl(all: readonly ControlData[]): Buffer {
  const parts = all.map(({ level, type, data }) => {
    const part = Buffer.alloc((CONTROL_HEADER + data.length + 7) & ~7);
    part.writeBigUInt64LE(BigInt(CONTROL_HEADER + data.length), 0);
    part.writeInt32LE(level, 8);
    part.writeInt32LE(type, 12);
    data.copy(part, CONTROL_HEADER);
    return part;
  });
  return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
}

function* controlIn(bytes: Buffer): Generator<ControlData> {
  for (let at = 0; at + CONTROL_HEADER <= bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at));
    if (length < CONTROL_HEADER) return;
    yield {
      level: bytes.readInt32LE(at + 8),
      type: bytes.readInt32LE(at + 12),
      data: bytes.subarray(at + CONTROL_HEADER, at + length),
    };
    at += (length + 7) & ~7;
  }
}

/** What a call came to that returned -1: nothing to be had at the moment, or an error. */
function nothing(syscall: string): undefined {
  const errno = koffi.errno();
  if (errno === EAGAIN || errno === EINTR) return undefined;
  throw new SyscallError(syscall, errno);
}
