/*
 * A program: sends without end to everybody who connects, as fast as they take it.
 *
 *     node torrent.js <port>
 *
 * Says "ready".
 */
import { createServer } from 'node:net';

const chunk = Buffer.alloc(65_536);
const [port = ''] = process.argv.slice(2);
const server = createServer((socket) => {
  const pour = () => {
    while (socket.writable && socket.write(chunk));
  };
  socket.on('drain', pour).on('error', () => {});
  pour();
});
server.listen(Number(port), () => process.stdout.write('ready\n'));
