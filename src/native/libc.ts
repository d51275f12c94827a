import koffi from 'koffi';
import { System } from '../base/errors.js';
import { errnoName } from './errno.js';
import { once } from './once.js';

/** A C function as TypeScript sees it. */
type Native = (...args: never[]) => unknown;

/** What a call on libuv's pool came to. */
export interface AsyncResult {
  readonly result: number;
  /** errno of the pool thread; only meaningful when `result` is negative. */
  readonly errno: number;
}

/** A shared library. Nothing is loaded or looked up before a function of it is called. */
export interface Library {
  /** Declares a function by its C prototype, e.g. `int close(int fd)`. The TypeScript type must agree with it. */
  fn<F extends Native>(prototype: string): F;
  /**
   * The same, run on libuv's thread pool: for calls that block (umount2). Beware: pool threads live in the
   * namespaces of the process, whatever the main thread has entered.
   */
  async<A extends readonly unknown[]>(prototype: string): (...args: A) => Promise<AsyncResult>;
  /** Whether the library is there and has the function. */
  has(symbol: string): boolean;
}

/** A library by its file name as dlopen(3) wants it; null for the symbols of the process, libc among them. */
export function library(name: string | null): Library {
  const handle = once(() => koffi.load(name));
  return {
    fn: <F extends Native>(prototype: string) => {
      const native = once(() => handle().func(prototype));
      return ((...args: unknown[]) => native()(...args)) as unknown as F;
    },
    async: (prototype) => {
      const native = once(() => handle().func(prototype));
      return (...args) =>
        new Promise((resolve, reject) => {
          native().async(...args, (error: Error | null, result: number) => {
            // errno first: any other call may change it.
            const errno = koffi.errno();
            if (error) reject(error);
            else resolve({ result, errno });
          });
        });
    },
    has: (symbol) => {
      try {
        return handle().symbol(symbol) !== null;
      } catch {
        return false;
      }
    },
  };
}

/** The C library of the process. */
export const libc: Library = library(null);

const strerror = libc.fn<(errno: number) => string>('const char *strerror(int errnum)');

/** A system call that the kernel refused: `open /x: No such file or directory`. */
export class SyscallError extends System {
  /** The call, e.g. `mount`. */
  readonly syscall: string;
  /** The positive number (errno(3)). */
  readonly errno: number;
  /** Its name, e.g. `EADDRINUSE`, as Node's own system errors carry it. */
  readonly code: string;

  constructor(syscall: string, errno: number, subject = '') {
    super(`${syscall}${subject && ` ${subject}`}: ${strerror(errno)}`);
    this.syscall = syscall;
    this.errno = errno;
    this.code = errnoName(errno);
  }
}

/** Whether `error` is a system error (ours or Node's) with one of the codes. */
export function isErrno(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

/**
 * The result of a C function that answers -1 and sets errno. To be called around it, with nothing between.
 * `subject` is what the call was about, a path for instance. @throws SyscallError
 */
export function check(syscall: string, result: number, subject?: string): number {
  if (result >= 0) return result;
  throw new SyscallError(syscall, koffi.errno(), subject);
}

/** The result of a C function that answers an errno itself (posix_spawn(3)). @throws SyscallError */
export function checkErrno(syscall: string, errno: number, subject?: string): void {
  if (errno !== 0) throw new SyscallError(syscall, errno, subject);
}

/** The address of a buffer's bytes, for C structs with pointers. The buffer must outlive its use. */
export function addressOf(buffer: Uint8Array): bigint {
  return koffi.address(buffer);
}
