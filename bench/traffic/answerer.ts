/*
 * A program: answers on TCP ports of all addresses.
 *
 *     node answerer.js <port> [<port> ...]
 *
 * Sends back what it gets. Says `ready` when it listens.
 */
import { createServer } from 'node:net';

const ports = process.argv.slice(2).map(Number);
let waiting = ports.length;
for (const port of ports) {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.pipe(socket);
    socket.on('error', () => socket.destroy());
  });
  server.listen(port, '::', 4096, () => {
    if (--waiting === 0) process.stdout.write('ready\n');
  });
}
