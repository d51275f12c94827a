/*
 * A program: asks the resolver at 127.0.0.11 for the address of a name, as fast as it answers.
 *
 *     node asker.js <name> <ms> <at once>
 *
 * Prints queries a second and the 99th percentile of the time that an answer took, in milliseconds.
 */
import { createSocket } from 'node:dgram';
import { encode } from 'dns-packet';

const LOST_MS = 1000;
const [name = '', ms = '', atOnce = ''] = process.argv.slice(2);
const times: number[] = [];
const begin = performance.now();
const until = begin + Number(ms);
let running = Number(atOnce);

for (let index = 0; index < Number(atOnce); index++) ask(index);

/** One question after the other on a socket of its own. */
function ask(id: number): void {
  const socket = createSocket('udp4');
  const question = encode({
    type: 'query',
    id,
    flags: 0x100,
    questions: [{ type: 'A', name }],
  });
  let sent = 0;
  let timer: NodeJS.Timeout;
  const send = () => {
    sent = performance.now();
    timer = setTimeout(() => fail('no answer'), LOST_MS);
    socket.send(question);
  };
  socket.on('error', (error) => fail(error.message));
  socket.on('message', (answer) => {
    clearTimeout(timer);
    if (answer.readUInt16BE(6) === 0) fail('an answer without an address');
    times.push(performance.now() - sent);
    if (performance.now() < until) return send();
    socket.close();
    if (--running === 0) end();
  });
  socket.connect(53, '127.0.0.11', send);
}

function end(): void {
  const seconds = (performance.now() - begin) / 1000;
  times.sort((a, b) => a - b);
  process.stdout.write(`${times.length / seconds} ${times[Math.floor(times.length * 0.99)]}\n`);
}

function fail(why: string): never {
  process.stderr.write(`${why}\n`);
  process.exit(1);
}
