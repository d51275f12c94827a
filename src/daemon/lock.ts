import type { Fd } from '../native/fd.js';
import { check, isErrno, libc } from '../native/libc.js';

const flock = libc.fn<(fd: number, operation: number) => number>(
  'int flock(int fd, int operation)',
);

/** flock(2): exclusive; without waiting. */
const LOCK_EX = 2;
const LOCK_NB = 4;

/**
 * Locks an open file for this process alone; false if another has it. The lock is the kernel's: it ends with
 * the descriptor, so at the latest with the process, however that ends. @throws SyscallError
 */
export function tryLock(file: Fd, path: string): boolean {
  try {
    check('flock', flock(file.number, LOCK_EX | LOCK_NB), path);
    return true;
  } catch (error) {
    if (isErrno(error, 'EAGAIN', 'EWOULDBLOCK')) return false;
    throw error;
  }
}

/** The same, waiting for whoever has it: for what is locked for a moment only. @throws SyscallError */
export function waitForLock(file: Fd, path: string): void {
  check('flock', flock(file.number, LOCK_EX), path);
}
