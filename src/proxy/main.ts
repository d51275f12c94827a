/**
 * The userland proxy: `port-proxy PATH` serves ports that the kernel can't lead to a container, IPv6 addresses of
 * the host for containers that have IPv4 only, and `[::1]`. Descriptor 3 is the listener at PATH, by which the
 * daemon says what to serve. It outlives the daemon, and ends when nothing is left to do.
 *
 * It comes with all that root may do, and becomes `port-proxy confined PATH` first, which may do nothing.
 */
import { lstatSync, rmSync } from 'node:fs';
import { forbidTracing } from '../native/capabilities.js';
import { Readiness } from '../native/epoll.js';
import { Fd } from '../native/fd.js';
import { isErrno } from '../native/libc.js';
import { descriptorLimit } from '../native/rlimit.js';
import { claimListener } from '../native/unixsocket.js';
import { executeConfined } from './confine.js';
import { Control } from './control.js';
import { Service } from './service.js';

const CONTROL = 3;
/** The argument by which it knows that it has no capabilities any more. */
const CONFINED = 'confined';

function main(path: string): void {
  forbidTracing();
  const readiness = new Readiness();
  const service: Service = new Service({
    readiness,
    now: () => performance.now(),
    descriptors: descriptorLimit(),
    changed: () => control.endIfDone(),
  });
  const exit = () => {
    // Before the listener is gone: who can't connect any more finds no name either.
    if (control.isReachable) removeName(path);
    // Its thread must be free, or the program would wait for it.
    readiness[Symbol.dispose]();
    process.exit(0);
  };
  const listener = new Fd(CONTROL);
  claimListener(listener);
  const hasName = () => isThere(path);
  const control: Control = new Control({ listener, readiness, service, hasName, exit });
  // What ends a daemon is not meant for the flows that outlive it; SIGTERM is.
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGPIPE'] as const) process.on(signal, () => {});
  process.on('SIGTERM', exit);
}

/** A folder that cannot be looked into without capabilities is there. */
function isThere(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch (error) {
    return !isErrno(error, 'ENOENT', 'ENOTDIR');
  }
}

/** What is left in a folder that is not root's, the next daemon removes. */
function removeName(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch (error) {
    if (!isErrno(error, 'EACCES', 'EPERM', 'EROFS')) throw error;
  }
}

const [word = '', path = ''] = process.argv.slice(2);
if (word === CONFINED) main(path);
else executeConfined([CONFINED, word], [CONTROL]);
