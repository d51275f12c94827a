/*
 * A program: sends bytes to an answerer as fast as they come back.
 *
 *     node streamer.js <address> <port> <ms>
 *
 * Prints megabits a second.
 */
import { connect } from 'node:net';

const CHUNK = Buffer.alloc(256 * 1024);
const [address = '', port = '', ms = ''] = process.argv.slice(2);
const socket = connect({ host: address, port: Number(port) });
let received = 0;
let begin = 0;

socket.on('connect', () => {
  begin = performance.now();
  setTimeout(end, Number(ms));
  fill();
});
socket.on('drain', fill);
socket.on('data', (chunk: Buffer) => {
  received += chunk.length;
});
socket.on('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});

function fill(): void {
  while (socket.write(CHUNK));
}

function end(): never {
  process.stdout.write(`${(received * 8) / 1000 / (performance.now() - begin)}\n`);
  process.exit(0);
}
