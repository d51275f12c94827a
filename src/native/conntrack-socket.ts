import { Fd } from './fd.js';
import { type AsyncResult, check, libc, SyscallError } from './libc.js';
import {
  type Message,
  MessageWriter,
  messages,
  NLM_F_ACK,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
  type Request,
} from './netlink-ts/wire.js';

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

/** The same calls on libuv's pool; a socket stays in its namespace whichever thread uses it. */
const pool = {
  send: libc.async<[fd: number, bytes: Uint8Array, length: number, flags: number]>(
    'int64_t send(int fd, void *buf, uint64_t len, int flags)',
  ),
  recv: libc.async<[fd: number, bytes: Uint8Array, length: number, flags: number]>(
    'int64_t recv(int fd, void *buf, uint64_t len, int flags)',
  ),
};

const AF_NETLINK = 16;
const SOCK_RAW_CLOEXEC = 3 | 0o2000000;
const NETLINK_NETFILTER = 12;
/** The kernel answers before send(2) returns: waiting would be waiting for ever. */
const MSG_DONTWAIT = 0x40;
/** A datagram of a dump is at most 32 KiB (netlink_recvmsg in the kernel). */
const DATAGRAM_BYTES = 65536;
/** Requests in one datagram; their acknowledgements fit any receive buffer. */
const BATCH = 64;

/** A netfilter netlink socket of the namespace that it was made in. */
export class NetfilterSocket implements Disposable {
  readonly #fd: Fd;
  readonly #input = Buffer.allocUnsafeSlow(DATAGRAM_BYTES);
  readonly #output = new MessageWriter();
  #sequence = 0;

  /** @throws SyscallError */
  constructor() {
    this.#fd = new Fd(check('socket', c.socket(AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_NETFILTER)));
  }

  /** Gives every message of a dump's answer to `each`. @throws SyscallError */
  dump(request: Request, each: (message: Message) => void): void {
    this.#send([request], NLM_F_REQUEST);
    while (!this.#takeDump(this.#receive(), each));
  }

  /** The same, waiting on libuv's pool. Nothing else may use this socket in the meantime. @throws SyscallError */
  async dumpAsync(request: Request, each: (message: Message) => void): Promise<void> {
    this.#write([request], NLM_F_REQUEST);
    const { bytes, length } = this.#output;
    checkAsync('send', await pool.send(this.#fd.number, bytes, length, 0), 'to netfilter');
    let isDone = false;
    while (!isDone) {
      const input = this.#input;
      const got = await pool.recv(this.#fd.number, input, input.length, MSG_DONTWAIT);
      isDone = this.#takeDump(messages(input, checkAsync('recv', got, 'from netfilter')), each);
    }
  }

  /**
   * Sends requests in as few datagrams as fit and hands back the errno of each, 0 for success. What the
   * kernel says beside its acknowledgements goes to `each`.
   * @throws SyscallError when the kernel does not answer them
   */
  request(requests: readonly Request[], each: (message: Message) => void = () => {}): number[] {
    const answers: number[] = [];
    for (let from = 0; from < requests.length; from += BATCH) {
      answers.push(...this.#requestBatch(requests.slice(from, from + BATCH), each));
    }
    return answers;
  }

  [Symbol.dispose](): void {
    this.#fd.close();
  }

  #requestBatch(requests: readonly Request[], each: (message: Message) => void): number[] {
    const first = this.#sequence + 1;
    this.#send(requests, NLM_F_REQUEST | NLM_F_ACK);
    const answers = new Map<number, number>();
    while (answers.size < requests.length) {
      for (const message of this.#receive()) {
        if (message.sequence < first) continue;
        if (message.type === NLMSG_ERROR) answers.set(message.sequence, errnoIn(message));
        else each(message);
      }
    }
    return requests.map((_, i) => answers.get(first + i) ?? 0);
  }

  /** Whether the dump ends with these messages. */
  #takeDump(received: Iterable<Message>, each: (message: Message) => void): boolean {
    let isDone = false;
    for (const message of received) {
      if (message.sequence !== this.#sequence) continue;
      if (message.type === NLMSG_ERROR) fail(errnoIn(message));
      if (message.type === NLMSG_DONE) isDone = true;
      else each(message);
    }
    return isDone;
  }

  #send(requests: readonly Request[], flags: number): void {
    this.#write(requests, flags);
    const { bytes, length } = this.#output;
    check('send', Number(c.send(this.#fd.number, bytes, length, 0)), 'to netfilter');
  }

  #write(requests: readonly Request[], flags: number): void {
    this.#output.reset();
    for (const request of requests) {
      this.#sequence++;
      this.#output.message(request, flags, this.#sequence);
    }
  }

  #receive(): Generator<Message> {
    const length = Number(c.recv(this.#fd.number, this.#input, this.#input.length, MSG_DONTWAIT));
    return messages(this.#input, check('recv', length, 'from netfilter'));
  }
}

/** `struct nlmsgerr { int error; ... }`: the negative errno. */
function errnoIn({ bytes, start }: Message): number {
  return -bytes.readInt32LE(start);
}

function checkAsync(syscall: string, { result, errno }: AsyncResult, subject: string): number {
  if (Number(result) < 0) throw new SyscallError(syscall, errno, subject);
  return Number(result);
}

function fail(errno: number): never {
  throw new SyscallError('conntrack', errno);
}
