/**
 * A client of the embedded DNS that does its worst until it is stopped: `node flooder.js KIND`.
 *
 * - `udp`: known names, as fast as they go;
 * - `forward`: names that an upstream has to be asked for and that nobody answers;
 * - `tcp`: 60 connections, each with thousands of questions at once;
 * - `loris`: 200 connections at a time that say a byte now and then.
 */
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { encode } from 'dns-packet';
import { framed } from '../../src/cnm/dns/framing.js';

const server = { host: '127.0.0.11', port: 53 };
const question = (name: string) =>
  encode({ type: 'query', id: 7, questions: [{ name, type: 'A' }] });

function flood(name: string): void {
  const socket = createSocket('udp4');
  socket.on('error', () => {});
  const packet = question(name);
  socket.connect(server.port, server.host, () => {
    const burst = () => {
      for (let i = 0; i < 64; i++) socket.send(packet);
      setImmediate(burst);
    };
    burst();
  });
}

function pipeline(): void {
  const socket = connect(server);
  const piece = Buffer.concat(Array.from({ length: 4000 }, () => framed(question('web'))));
  const write = () => {
    while (socket.writable && socket.write(piece));
  };
  socket.on('error', () => {});
  socket.on('connect', write).on('drain', write).resume();
}

function drip(): void {
  const socket = connect(server);
  const timer = setInterval(() => socket.write('\x01'), 200);
  socket.on('error', () => {});
  socket.on('close', () => {
    clearInterval(timer);
    setTimeout(drip, 100);
  });
}

const kinds: Readonly<Record<string, () => void>> = {
  udp: () => flood('web'),
  forward: () => flood('silent.example'),
  tcp() {
    for (let i = 0; i < 60; i++) pipeline();
  },
  loris() {
    for (let i = 0; i < 200; i++) drip();
  },
};

kinds[process.argv[2] ?? 'udp']?.();
process.stdout.write('ready\n');
