/*
 * A program: keeps one TCP connection to an echo server busy.
 *
 *     node flow.js <address> <port>
 *
 * Sends a number every 20 ms and says it when it comes back; says why when the connection ends.
 */
import { connect } from 'node:net';

const INTERVAL_MS = 20;
const [host = '', port = ''] = process.argv.slice(2);
const socket = connect({ host, port: Number(port) });
let sent = 0;

const ticking = setInterval(() => socket.write(`${++sent}\n`), INTERVAL_MS);
socket.setEncoding('utf8').on('data', (text: string) => process.stdout.write(text));
socket.on('error', (error) => end(error.message));
socket.on('close', () => end('closed'));

function end(reason: string): void {
  clearInterval(ticking);
  process.stdout.write(`end: ${reason}\n`);
  process.exitCode = 1;
}
