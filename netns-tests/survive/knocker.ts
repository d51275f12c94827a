/*
 * A program: opens one connection after the other and expects to be let in.
 *
 *     node knocker.js <address> <port> [<port> ...]
 *
 * Every 10 ms it connects to the next port, sends a word and waits for it to come back. Says `knocks <n>` a few
 * times a second, and at once `failed <port>: <why>` for a connection that is refused, reset, or without an answer: of
 * the kernel before it asks again after a second, of the program for ten.
 */
import { connect } from 'node:net';

const INTERVAL_MS = 10;
const HANDSHAKE_MS = 900;
const PATIENCE_MS = 10_000;
const [host = '', ...ports] = process.argv.slice(2);
let knocks = 0;
let answered = 0;

setInterval(() => knock(Number(ports[knocks++ % ports.length])), INTERVAL_MS);
setInterval(() => process.stdout.write(`knocks ${answered}\n`), 200);

function knock(port: number): void {
  const socket = connect({ host, port });
  let isDone = false;
  const done = (failure?: string) => {
    if (isDone) return;
    isDone = true;
    clearTimeout(handshake);
    socket.destroy();
    if (failure === undefined) answered++;
    else process.stdout.write(`failed ${port}: ${failure}\n`);
  };
  // What has come while this program had no turn is heard before.
  const handshake = setTimeout(
    () => setImmediate(() => socket.connecting && done('no handshake')),
    HANDSHAKE_MS,
  );
  socket.setTimeout(PATIENCE_MS, () => done('no answer'));
  socket.on('connect', () => socket.write('knock'));
  socket.on('data', () => done());
  socket.on('error', (error) => done(error.message));
  socket.on('close', () => done('closed'));
}
