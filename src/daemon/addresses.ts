import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { type ListenPlace, listen } from '../api/server/listen.js';
import { Conflict } from '../base/errors.js';

/**
 * Finds out whether the daemon will be able to listen, before it changes anything. TCP is tried; a socket's
 * file must not show up before it works, since scripts wait for it. @throws what is in the way
 */
export async function tryAddress(
  address: Exclude<ListenPlace, { type: 'inherited' }>,
): Promise<void> {
  if (address.type === 'unix') return refuseIfAnswered(address.path);
  const server = createServer();
  await listen(server, address);
  server.close();
  await once(server, 'close');
}

async function refuseIfAnswered(path: string): Promise<void> {
  const socket = connect(path);
  const isAnswered = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  if (isAnswered) {
    throw new Conflict(`can't listen on unix://${path}: another daemon is listening there`);
  }
}
