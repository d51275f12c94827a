/*
 * A program: sends a byte to an answerer and waits for it, again and again.
 *
 *     node pinger.js <address> <port> <times>
 *
 * Prints the median of the round trips in milliseconds.
 */
import { connect } from 'node:net';

const [address = '', port = '', times = ''] = process.argv.slice(2);
const trips: number[] = [];
const socket = connect({ host: address, port: Number(port), noDelay: true });
let sent = 0;

const send = () => {
  sent = performance.now();
  socket.write('x');
};
socket.on('connect', send);
socket.on('data', () => {
  trips.push(performance.now() - sent);
  if (trips.length < Number(times)) return send();
  trips.sort((a, b) => a - b);
  process.stdout.write(`${trips[trips.length >> 1]}\n`);
  socket.destroy();
});
socket.on('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
