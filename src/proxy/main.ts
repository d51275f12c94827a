/**
 * The userland proxy: `port-proxy PATH` serves ports that the kernel can't lead to a container, IPv6 addresses of
 * the host for containers that have IPv4 only, and `[::1]`. Descriptor 3 is the listener at PATH, by which the
 * daemon says what to serve. It outlives the daemon, and ends when nothing is left to do.
 */
import { existsSync, rmSync } from 'node:fs';
import { Readiness } from '../native/epoll.js';
import { Fd } from '../native/fd.js';
import { claimListener } from '../native/unixsocket.js';
import { Control } from './control.js';
import { Service } from './service.js';

const CONTROL = 3;

function main(path: string): void {
  const readiness = new Readiness();
  const service: Service = new Service({
    readiness,
    now: () => performance.now(),
    changed: () => control.endIfDone(),
  });
  const exit = () => {
    // Before the listener is gone: who can't connect any more finds no name either.
    if (control.isReachable) rmSync(path, { force: true });
    // Its thread must be free, or the program would wait for it.
    readiness[Symbol.dispose]();
    process.exit(0);
  };
  const listener = new Fd(CONTROL);
  claimListener(listener);
  const hasName = () => existsSync(path);
  const control: Control = new Control({ listener, readiness, service, hasName, exit });
  // What ends a daemon is not meant for the flows that outlive it; SIGTERM is.
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGPIPE'] as const) process.on(signal, () => {});
  process.on('SIGTERM', exit);
}

main(process.argv[2] ?? '');
