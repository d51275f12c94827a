import { check, libc } from './libc.js';

const poll = libc.fn<(fds: Uint8Array, count: number, timeoutMs: number) => number>(
  'int poll(void *fds, unsigned long nfds, int timeout)',
);

const POLLIN = 1;

/**
 * Waits, and the whole thread with it, until the descriptor can be read or its other end is gone (poll(2)).
 * @returns whether it came to that within the time @throws SyscallError
 */
export function waitReadable(fd: number, timeoutMs: number): boolean {
  // struct pollfd { int fd; short events, revents; }
  const request = Buffer.alloc(8);
  request.writeInt32LE(fd, 0);
  request.writeInt16LE(POLLIN, 4);
  return check('poll', poll(request, 1, timeoutMs), String(fd)) > 0;
}
