/**
 * A name server outside, for tests: `node name-server.js ADDRESS ANSWER [PORT]`. It writes each question that it gets
 * as `udp x.org A`, and answers A questions with ANSWER, TXT ones with a text, others with nothing. The first label may want something else:
 *
 * - `nx`, `servfail`, `refused`: that code;
 * - `silent`: no answer;
 * - `big`: 60 addresses; by UDP as many as fit and the sign that it was cut;
 * - `strange`: answers under another id, to another question, and broken ones first.
 */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { type Answer, decode, encode, type Question } from 'dns-packet';
import { DnsFraming, framed } from '../../src/cnm/dns/framing.js';

const [address = '127.0.0.1', data = '192.0.2.99', port = '53'] = process.argv.slice(2);
const codes: Readonly<Record<string, number>> = { nx: 3, servfail: 2, refused: 5 };

function answers(packet: Buffer, transport: 'udp' | 'tcp'): Buffer[] {
  const { id = 0, questions = [] } = decode(packet);
  const [question] = questions;
  if (!question) return [];
  process.stdout.write(`${transport} ${question.name} ${question.type}\n`);
  const label = question.name.split('.')[0] ?? '';
  if (label === 'silent') return [];
  const code = codes[label];
  if (code !== undefined) return [encode({ type: 'response', id, flags: code, questions })];
  if (label === 'big') return [big(id, question, transport)];
  const known = question.type === 'A' || question.type === 'TXT' ? [record(question)] : [];
  const answer = encode({ type: 'response', id, questions, answers: known });
  return label === 'strange' ? [...strange(id, question), answer] : [answer];
}

function record({ name, type }: Question): Answer {
  return type === 'A' ? { type, name, data } : { type: 'TXT', name, data: `from ${data}` };
}

function big(id: number, question: Question, transport: 'udp' | 'tcp'): Buffer {
  const all = Array.from({ length: 60 }, () => record(question));
  const cut = transport === 'udp';
  return encode({
    type: 'response',
    id,
    flags: cut ? 0x200 : 0,
    questions: [question],
    answers: cut ? all.slice(0, 5) : all,
  });
}

function strange(id: number, question: Question): Buffer[] {
  const wrong: Answer = { type: 'A', name: question.name, data: '203.0.113.66' };
  const other: Question = { name: 'other.org', type: 'A' };
  return [
    encode({ type: 'response', id: id ^ 1, questions: [question], answers: [wrong] }),
    encode({ type: 'response', id, questions: [other], answers: [wrong] }),
    encode({ type: 'query', id, questions: [question], answers: [wrong] }),
    Buffer.from('000901'),
  ];
}

// IPv6 alone, so that servers on IPv4 addresses may stand beside it.
const udp = createSocket(
  address.includes(':') ? { type: 'udp6', ipv6Only: true } : { type: 'udp4' },
);
udp.on('message', (packet, client) => {
  for (const reply of answers(packet, 'udp')) udp.send(reply, client.port, client.address);
});
udp.bind(Number(port), address, () => {
  const tcp = createServer((socket) => {
    const framing = new DnsFraming();
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      for (const packet of framing.push(chunk)) {
        for (const reply of answers(packet, 'tcp')) socket.write(framed(reply));
      }
    });
  });
  tcp.listen({ port: Number(port), host: address, ipv6Only: true }, () =>
    process.stdout.write('ready\n'),
  );
});
