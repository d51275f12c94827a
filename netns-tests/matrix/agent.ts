/*
 * A program: one machine of the matrix, asked over its standard input.
 *
 *     node agent.js <name> <port>...
 *
 * It answers TCP and UDP on the ports with its name and the address that it sees the client at. For each line
 * `{"timeoutMs":900,"probes":[{"protocol":"tcp","address":"192.0.2.2","port":80},...]}` it opens all connections at
 * once, and prints one line with the answers in order: what the other side said, or '' if nothing came in time.
 */
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { createInterface } from 'node:readline';
import type { Question, Questions } from './question.js';

const [name = '', ...rest] = process.argv.slice(2);
const ports = rest.map(Number);
/** `address port` of each UDP socket: one for each address, so that answers come from the address that was asked. */
const udpSockets = new Set<string>();

for (const port of ports) {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.end(answer(socket.remoteAddress));
  });
  server.listen({ host: '::', port });
  await once(server, 'listening');
}
serveUdp();
process.stdout.write('ready\n');

for await (const line of createInterface({ input: process.stdin })) {
  serveUdp();
  const { timeoutMs, probes } = JSON.parse(line) as Questions;
  const answers = await Promise.all(probes.map((probe) => ask(probe, timeoutMs)));
  process.stdout.write(`${JSON.stringify(answers)}\n`);
}

/** Also on addresses that have come since it was last called. */
function serveUdp(): void {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  for (const { address } of all.filter(({ scopeid }) => !scopeid)) {
    for (const port of ports.filter((each) => !udpSockets.has(`${address} ${each}`))) {
      udpSockets.add(`${address} ${port}`);
      const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
      socket.on('message', (_, from) => socket.send(answer(from.address), from.port, from.address));
      socket.on('error', () => socket.close());
      socket.on('close', () => udpSockets.delete(`${address} ${port}`));
      socket.bind(port, address);
    }
  }
}

function answer(client = '?'): string {
  return `${name} ${client.replace('::ffff:', '')}`;
}

function ask(probe: Question, timeoutMs: number): Promise<string> {
  return new Promise((resolve) => {
    const ways = { tcp: askTcp, udp: askUdp, ping };
    const done = (text: string) => {
      clearTimeout(timer);
      close();
      resolve(text);
    };
    const timer = setTimeout(done, timeoutMs, '');
    const close = ways[probe.protocol](probe, done, timeoutMs);
  });
}

/** Begins to ask, and gives what ends it. */
type Way = (probe: Question, done: (answer: string) => void, timeoutMs: number) => () => void;

function askTcp({ address, port }: Question, done: (answer: string) => void): ReturnType<Way> {
  const socket = connect({ host: address, port });
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  socket.once('end', () => done(text));
  socket.on('error', () => done(''));
  return () => socket.destroy();
}

/** Only the address that was asked may answer. Asks twice, as datagrams may be lost. */
function askUdp({ address, port }: Question, done: (answer: string) => void): ReturnType<Way> {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  const send = () => socket.send('?', () => {});
  let again: NodeJS.Timeout | undefined;
  const close = () => {
    clearTimeout(again);
    socket.removeAllListeners().close();
  };
  socket.once('message', (message) => done(message.toString()));
  socket.once('error', () => done(''));
  socket.connect(port, address, () => {
    send();
    again = setTimeout(send, 300);
  });
  return close;
}

function ping(
  { address }: Question,
  done: (answer: string) => void,
  timeoutMs: number,
): ReturnType<Way> {
  const seconds = String(Math.ceil(timeoutMs / 1000));
  const child = spawn('busybox', ['ping', '-c', '1', '-W', seconds, address], { stdio: 'ignore' });
  child.once('close', (code) => done(code === 0 ? 'pong' : ''));
  return () => child.removeAllListeners().kill('SIGKILL');
}
