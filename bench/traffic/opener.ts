/*
 * A program: opens TCP connections as fast as it can, for a while.
 *
 *     node opener.js <address> <port> <ms> <at once>
 *
 * Each is reset as soon as it stands, so that neither side keeps a port. Prints how many a second there were.
 */
import { connect } from 'node:net';

const [address = '', port = '', ms = '', atOnce = ''] = process.argv.slice(2);
const until = performance.now() + Number(ms);
const begin = performance.now();
let opened = 0;
let running = 0;

for (let index = 0; index < Number(atOnce); index++) open();

function open(): void {
  running++;
  const socket = connect({ host: address, port: Number(port) });
  socket.on('connect', () => {
    opened++;
    socket.resetAndDestroy();
  });
  socket.on('error', (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
  socket.on('close', () => {
    running--;
    if (performance.now() < until) open();
    else if (running === 0) end();
  });
}

function end(): void {
  const seconds = (performance.now() - begin) / 1000;
  process.stdout.write(`${opened / seconds}\n`);
}
