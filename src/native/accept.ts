import koffi from 'koffi';
import { Fd, O_CLOEXEC } from './fd.js';
import { libc, SyscallError } from './libc.js';
import { SOCK_NONBLOCK } from './socketcall.js';

const accept4 = libc.fn<(fd: number, address: null, length: null, flags: number) => number>(
  'int accept4(int sockfd, void *addr, void *addrlen, int flags)',
);

const EAGAIN = 11;
/** Errors of the connection rather than of the listener: that client has gone again (accept(2)). */
const passing = new Set([4, 64, 71, 92, 95, 100, 101, 103, 111, 112, 113]);

/**
 * Takes the next connection of a listening socket, non-blocking and close-on-exec; undefined if none waits.
 * @throws SyscallError EMFILE, ENFILE, ENOBUFS or ENOMEM while there is no room for it: it goes on waiting
 */
export function accept(listener: number): Fd | undefined {
  for (;;) {
    const fd = accept4(listener, null, null, SOCK_NONBLOCK | O_CLOEXEC);
    if (fd >= 0) return new Fd(fd);
    const errno = koffi.errno();
    if (errno === EAGAIN) return undefined;
    if (!passing.has(errno)) throw new SyscallError('accept', errno);
  }
}
