import { constants } from 'node:fs';
import { check, libc } from './libc.js';

const c = {
  open: libc.fn<(path: string, flags: number, mode: number) => number>(
    'int open(const char *path, int flags, uint32_t mode)',
  ),
  close: libc.fn<(fd: number) => number>('int close(int fd)'),
  fcntl: libc.fn<(fd: number, command: number, value: number) => number>(
    'int fcntl(int fd, int command, int value)',
  ),
  pipe2: libc.fn<(fds: Int32Array, flags: number) => number>('int pipe2(void *fds, int flags)'),
  fsync: libc.fn<(fd: number) => number>('int fsync(int fd)'),
};

/** open(2) flags that Node does not name. */
export const O_CLOEXEC = 0o2000000;
/** Names the file without opening it (open(2)). */
export const O_PATH = 0o10000000;
const F_DUPFD_CLOEXEC = 1030;

/** A file descriptor that is closed exactly once, by `using` or {@link Fd.close}. */
export class Fd implements Disposable {
  #number: number;

  /** Takes ownership of an open descriptor. */
  constructor(number: number) {
    this.#number = number;
  }

  /** Opens a file, always close-on-exec. `flags` as of `fs.constants`; read-only by default. @throws SyscallError */
  static open(path: string, flags: number = constants.O_RDONLY, mode = 0o666): Fd {
    return new Fd(check('open', c.open(path, flags | O_CLOEXEC, mode), path));
  }

  /** The descriptor. @throws Error after it was closed or released. */
  get number(): number {
    if (this.#number < 0) throw new Error('descriptor used after close');
    return this.#number;
  }

  /** Whether it is still ours. */
  get isOpen(): boolean {
    return this.#number >= 0;
  }

  /** A second descriptor of the same open file, close-on-exec, numbered `atLeast` or higher. */
  duplicate(atLeast = 3): Fd {
    return duplicateFd(this.number, atLeast);
  }

  /** Hands the descriptor over: someone else closes it. */
  release(): number {
    const number = this.number;
    this.#number = -1;
    return number;
  }

  /** Closes it; a second time does nothing. Errors of close(2) are not reported: the descriptor is gone anyway. */
  close(): void {
    if (this.#number < 0) return;
    c.close(this.#number);
    this.#number = -1;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** A close-on-exec duplicate of any descriptor, numbered `atLeast` or higher (fcntl(2), F_DUPFD_CLOEXEC). */
export function duplicateFd(fd: number, atLeast = 3): Fd {
  return new Fd(check('fcntl', c.fcntl(fd, F_DUPFD_CLOEXEC, atLeast), String(fd)));
}

/** The two ends of a pipe, both close-on-exec and blocking (pipe(2)). */
export function pipe(): { read: Fd; write: Fd } {
  const fds = new Int32Array(2);
  check('pipe2', c.pipe2(fds, O_CLOEXEC));
  const [read = -1, write = -1] = fds;
  return { read: new Fd(read), write: new Fd(write) };
}

/** Makes names in a directory durable: a rename is only safe from a power cut after this (fsync(2)). */
export function syncDirectory(path: string): void {
  using directory = Fd.open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  check('fsync', c.fsync(directory.number), path);
}
