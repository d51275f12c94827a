import { Fd, O_CLOEXEC } from './fd.js';
import { check, libc, SyscallError } from './libc.js';

const c = {
  socket: libc.fn<(domain: number, type: number, protocol: number) => number>(
    'int socket(int domain, int type, int protocol)',
  ),
  send: libc.fn<(fd: number, bytes: Uint8Array, length: number, flags: number) => number>(
    'int64_t send(int fd, void *buf, uint64_t len, int flags)',
  ),
  recv: libc.fn<(fd: number, bytes: Uint8Array, length: number, flags: number) => number>(
    'int64_t recv(int fd, void *buf, uint64_t len, int flags)',
  ),
};

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const MSG_DONTWAIT = 0x40;
const NLM_F_REQUEST_DUMP = 0x301;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const HEADER = 16;
/** The kernel fills at most 32 KiB of a read. */
const RECEIVE_BYTES = 65_536;

/** Takes a message's payload, from `start` to before `end`. */
export type Receive = (bytes: Buffer, start: number, end: number) => void;

/** A netlink socket for listings of one protocol, in the calling thread's network namespace. */
export class NetlinkDump implements Disposable {
  readonly #fd: Fd;
  readonly #input = Buffer.allocUnsafeSlow(RECEIVE_BYTES);
  #sequence = 0;

  constructor(protocol: number) {
    this.#fd = new Fd(check('socket', c.socket(AF_NETLINK, SOCK_RAW | O_CLOEXEC, protocol)));
  }

  /**
   * Lists; `receive` gets each message's payload as a place in a buffer that is used again.
   * @param body what follows `struct nlmsghdr { u32 len; u16 type, flags; u32 seq, pid; }`
   * @throws SyscallError
   */
  each(type: number, body: Buffer, receive: Receive): void {
    const header = Buffer.alloc(HEADER);
    header.writeUInt32LE(HEADER + body.length, 0);
    header.writeUInt16LE(type, 4);
    header.writeUInt16LE(NLM_F_REQUEST_DUMP, 6);
    header.writeUInt32LE(++this.#sequence, 8);
    const message = Buffer.concat([header, body]);
    check('send', Number(c.send(this.#fd.number, message, message.length, 0)), 'to netlink');
    while (!this.#read(receive));
  }

  [Symbol.dispose](): void {
    this.#fd.close();
  }

  /** One read; the kernel has answered already. @returns whether it was the last */
  #read(receive: Receive): boolean {
    const bytes = this.#input;
    const length = Number(c.recv(this.#fd.number, bytes, bytes.length, MSG_DONTWAIT));
    check('recv', length, 'from netlink');
    for (let at = 0; at + HEADER <= length; ) {
      const size = bytes.readUInt32LE(at);
      const type = bytes.readUInt16LE(at + 4);
      if (type === NLMSG_DONE) return true;
      const errno = type === NLMSG_ERROR ? -bytes.readInt32LE(at + HEADER) : 0;
      if (errno !== 0) throw new SyscallError('netlink', errno, 'listing');
      receive(bytes, at + HEADER, at + size);
      at += (size + 3) & ~3;
    }
    return false;
  }
}
