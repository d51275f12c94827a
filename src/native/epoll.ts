import { writeSync } from 'node:fs';
import { Fd, O_CLOEXEC } from './fd.js';
import { check, libc, SyscallError } from './libc.js';

const c = {
  create: libc.fn<(flags: number) => number>('int epoll_create1(int flags)'),
  control: libc.fn<(epoll: number, operation: number, fd: number, event: Uint8Array) => number>(
    'int epoll_ctl(int epfd, int op, int fd, void *event)',
  ),
  eventfd: libc.fn<(value: number, flags: number) => number>(
    'int eventfd(uint32_t initval, int flags)',
  ),
};

/** Waits on a thread of libuv's pool. */
const wait = libc.async<[epoll: number, events: Uint8Array, count: number, timeoutMs: number]>(
  'int epoll_wait(int epfd, void *events, int maxevents, int timeout)',
);

const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
const EPOLLIN = 1;
const EINTR = 4;
/** `struct epoll_event { u32 events; u64 data; }`, packed on x86-64 alone. */
const DATA_AT = process.arch === 'x64' ? 4 : 8;
const EVENT_BYTES = DATA_AT + 8;
/** How many descriptors may be reported at once; the others come with the next report. */
const BATCH = 256;

/**
 * Tells when descriptors can be read (epoll(7)), for sockets in numbers that would be heavy as Node's objects:
 * one that is watched costs a map entry. A descriptor is reported again and again until it has been read empty.
 * It takes one thread of libuv's pool for itself.
 */
export class Readiness implements Disposable {
  readonly #epoll = new Fd(check('epoll_create1', c.create(O_CLOEXEC)));
  readonly #alarm = new Fd(check('eventfd', c.eventfd(0, O_CLOEXEC)));
  readonly #events = Buffer.alloc(EVENT_BYTES * BATCH);
  /** By a number that is never used again: the kernel may report a descriptor that was let go of just now. */
  readonly #watched = new Map<number, () => void>();
  readonly #tokens = new Map<number, number>();
  #lastToken = 0;
  #closing = false;

  constructor() {
    this.watch(this.#alarm.number, () => {});
    void this.#run();
  }

  /** Calls `ready` whenever the descriptor can be read. @throws SyscallError EEXIST, EPERM */
  watch(fd: number, ready: () => void): void {
    const token = ++this.#lastToken;
    this.#control(EPOLL_CTL_ADD, fd, token);
    this.#tokens.set(fd, token);
    this.#watched.set(token, ready);
  }

  /** To be called before the descriptor is closed: others may have the same open file. Unknown is fine. */
  forget(fd: number): void {
    const token = this.#tokens.get(fd);
    if (token === undefined) return;
    this.#tokens.delete(fd);
    this.#watched.delete(token);
    this.#control(EPOLL_CTL_DEL, fd, 0);
  }

  /** Frees the thread, which else would keep the process from ending. */
  [Symbol.dispose](): void {
    this.#closing = true;
    writeSync(this.#alarm.number, Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]));
  }

  async #run(): Promise<void> {
    while (!this.#closing) {
      const { result, errno } = await wait(this.#epoll.number, this.#events, BATCH, -1);
      if (result < 0 && errno !== EINTR) throw new SyscallError('epoll_wait', errno);
      for (let index = 0; index < result && !this.#closing; index++) {
        const token = Number(this.#events.readBigUInt64LE(index * EVENT_BYTES + DATA_AT));
        this.#watched.get(token)?.();
      }
    }
    this.#alarm.close();
    this.#epoll.close();
  }

  #control(operation: number, fd: number, token: number): void {
    const event = Buffer.alloc(EVENT_BYTES);
    event.writeUInt32LE(EPOLLIN, 0);
    event.writeBigUInt64LE(BigInt(token), DATA_AT);
    check('epoll_ctl', c.control(this.#epoll.number, operation, fd, event), String(fd));
  }
}
