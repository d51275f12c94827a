/*
 * A program: asks echo servers for their answers. For each line of its input, such as
 *
 *     {"id":1,"protocol":"tcp","address":"192.0.2.2","port":80,"localPort":0}
 *
 * it prints a line `{"id":1,"answer":"web 192.0.2.3"}` as soon as it knows: what the other side said, `refused`,
 * `timeout`, or an errno such as `EHOSTUNREACH`.
 */
import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import { createInterface } from 'node:readline';
import type { Answered, Question } from './prober.js';

/** A handshake is the kernels' own business: it needs no process to have its turn, and is tried again after 1 s. */
const HANDSHAKE_MS = 700;
/** A program answers as soon as a busy machine lets it. */
const ANSWER_MS = 10_000;
/** Nothing tells a datagram that was dropped from one that is answered late. */
const DATAGRAM_MS = 2_500;

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line) as Question & { id: number };
  const ask = question.protocol === 'udp' ? askUdp : askTcp;
  void ask(question).then((answer) => {
    process.stdout.write(`${JSON.stringify({ id: question.id, answer } satisfies Answered)}\n`);
  });
}

function askTcp({ address, port, localPort }: Question): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, localPort });
    const end = (answer: string) => {
      timers.forEach(clearTimeout);
      socket.destroy();
      resolve(answer);
    };
    const timers = [
      within(HANDSHAKE_MS, () => socket.connecting && end('timeout')),
      within(ANSWER_MS, () => end('timeout')),
    ];
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('error', (error) => end(nameOf(error)));
    socket.on('end', () => end(text.trim()));
  });
}

function askUdp({ address, port, localPort }: Question): Promise<string> {
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    const end = (answer: string) => {
      clearTimeout(timer);
      socket.removeAllListeners().close();
      resolve(answer);
    };
    const timer = within(DATAGRAM_MS, () => end('timeout'));
    socket.on('error', (error) => end(nameOf(error)));
    socket.on('message', (message) => end(message.toString().trim()));
    // Connected, so that an ICMP error is reported.
    socket.bind(localPort, () => {
      socket.connect(port, address, () => socket.send('?'));
    });
  });
}

/** Says so after a while; what has come while this program had no turn is heard before. */
function within(ms: number, isOver: () => void): NodeJS.Timeout {
  return setTimeout(() => setImmediate(isOver), ms);
}

function nameOf({ code }: NodeJS.ErrnoException): string {
  return code === 'ECONNREFUSED' ? 'refused' : (code ?? 'error');
}
