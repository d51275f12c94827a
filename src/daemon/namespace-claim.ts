import { once } from 'node:events';
import { createServer } from 'node:net';
import { Conflict } from '../base/errors.js';
import { isErrno } from '../native/libc.js';

/** An abstract address (unix(7)): it belongs to the network namespace, and vanishes with its owner. */
const address = '\0tsnetd';

/**
 * Sees that one daemon alone works on the network namespace: a second one would put its own rules in place of
 * the first one's. @throws Conflict if there is one
 */
export async function claimNamespace(): Promise<AsyncDisposable> {
  const server = createServer((socket) => socket.destroy());
  // It must not keep the program from ending.
  server.unref();
  try {
    server.listen(address);
    await once(server, 'listening');
  } catch (error) {
    if (!isErrno(error, 'EADDRINUSE')) throw error;
    throw new Conflict(
      'another tsnetd works in this network namespace: stop it, or start this one in a namespace of its own',
    );
  }
  return {
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, 'close');
    },
  };
}
