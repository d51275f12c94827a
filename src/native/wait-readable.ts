import type { Fd } from './fd.js';
import { check, isErrno, libc } from './libc.js';

const c = {
  poll: libc.fn<(fds: Uint8Array, count: number, timeout: number) => number>(
    'int poll(void *fds, uint64_t nfds, int timeout)',
  ),
};

/** poll.h */
const POLLIN = 1;

/** Waits, and lets nobody else have a turn. @returns whether it became readable in time; -1 waits for ever (poll(2)) */
export function waitReadable(fd: Fd, timeoutMs: number): boolean {
  const entry = Buffer.alloc(8);
  entry.writeInt32LE(fd.number, 0);
  entry.writeInt16LE(POLLIN, 4);
  for (;;) {
    try {
      return check('poll', c.poll(entry, 1, timeoutMs)) > 0;
    } catch (error) {
      if (!isErrno(error, 'EINTR')) throw error;
    }
  }
}
