import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { decode, encode } from 'dns-packet';
import fc from 'fast-check';
import { countingIds } from '../../base/ids.js';
import { ip } from '../../base/ip.js';
import { fakeSandbox } from './fake-sandbox.js';
import { DnsFraming, framed } from './framing.js';
import type { DnsSandbox } from './model.js';
import { NameRegistry } from './names.js';
import { OutsideNames } from './outside-names.js';
import { buildReply, relay } from './reply.js';
import { Resolver } from './resolver.js';
import { isAnswer, parseQuery, type Query } from './wire.js';

const sandbox: DnsSandbox = {
  ...fakeSandbox,
  upstreams: [{ address: '192.0.2.53', from: 'host' }],
  search: ['corp.example'],
};

function registry(): NameRegistry {
  const names = new NameRegistry();
  const addresses = [ip('172.18.0.2'), ip('fd00::2')];
  names.add({ id: 'n1', name: 'net' }, { endpointId: 'e1', names: ['web'], addresses });
  return names;
}

const seeds = [
  encode({ type: 'query', id: 9, flags: 0x100, questions: [{ name: 'web.net', type: 'A' }] }),
  encode({ type: 'query', id: 9, questions: [{ name: 'x.org', type: 'MX' }] }),
  encode({ type: 'query', id: 9, questions: [{ name: '2.0.18.172.in-addr.arpa', type: 'PTR' }] }),
  encode({ type: 'query', id: 9, questions: [] }),
  encode({
    type: 'query',
    id: 9,
    questions: ['a', 'b', 'c'].map((name) => ({ name, type: 'A' as const })),
  }),
  encode({
    type: 'response',
    id: 9,
    questions: [{ name: 'x.org', type: 'A' }],
    answers: [{ type: 'A', name: 'x.org', data: '172.18.0.2' }],
  }),
  // A question whose name points at itself, and one with a label of 64 bytes.
  Buffer.from('000901000001000000000000c00c00010001', 'hex'),
  Buffer.from(`00090100000100000000000040${'61'.repeat(64)}0000010001`, 'hex'),
];

/** Packets that are nearly right, and packets that are not at all. */
const packets = fc.oneof(
  fc.uint8Array({ maxLength: 700 }).map((bytes) => Buffer.from(bytes)),
  fc
    .tuple(
      fc.constantFrom(...seeds),
      fc.array(fc.tuple(fc.nat(80), fc.nat(255)), { maxLength: 4 }),
      fc.nat(120),
      fc.uint8Array({ maxLength: 40 }),
    )
    .map(([seed, changes, length, tail]) => {
      const copy = Buffer.concat([seed, tail]);
      for (const [at, byte] of changes) copy[at % copy.length] = byte;
      return length % 3 === 0 ? copy.subarray(0, length) : copy;
    }),
);

/** A reply that any client can read: the same id, marked as a reply, the question repeated or left out. */
function expectReply(packet: Buffer, reply: Buffer): void {
  expect(reply.readUInt16BE(0)).to.equal(packet.readUInt16BE(0));
  expect(reply.readUInt16BE(2) >> 15).to.equal(1);
  const questions = reply.readUInt16BE(4);
  expect(questions).to.be.at.most(1);
  if (questions === 0) return;
  decode(reply);
  const end = reply.indexOf(0, 12) + 5;
  expect(reply.subarray(12, end)).to.deep.equal(packet.subarray(12, end));
}

describe('DNS: malformed packets never stop the resolver', () => {
  it('any bytes get a reply that is one, or silence', () => {
    const forwarder = { forward: () => Promise.resolve(Buffer.alloc(12)) };
    const resolver = new Resolver({ names: registry(), forwarder, ids: countingIds() });
    return fc.assert(
      fc.property(packets, fc.constantFrom('udp', 'tcp'), (packet, transport) => {
        const reply = resolver.answer(sandbox, packet, transport);
        if (Buffer.isBuffer(reply)) expectReply(packet, reply);
        const isQuery = packet.length >= 12 && packet.readUInt16BE(2) >> 15 === 0;
        expect(reply !== undefined, 'every query is answered, nothing else is').to.equal(isQuery);
      }),
      { numRuns: 3000 },
    );
  });

  it('any bytes from an upstream are an answer to the question, or ignored', () => {
    const asked = parseQuery(Buffer.from(seeds[1] ?? []));
    if (!asked || !('query' in asked)) throw new Error('not a query');
    const { query } = asked;
    const outside = new OutsideNames(registry());
    return fc.assert(
      fc.property(packets, (packet) => {
        if (!isAnswer(packet, 9, query)) return;
        outside.note(sandbox, packet, query.question.length);
        const reply = relay(query, Buffer.from(packet), 512);
        expect(reply.readUInt16BE(0)).to.equal(query.id);
        expect(reply.subarray(12, 12 + query.question.length)).to.deep.equal(query.question);
      }),
      { numRuns: 3000 },
    );
  });

  it('any answers of our own fit into the limit and can be read', () => {
    const query = parseQuery(Buffer.from(seeds[0] ?? []));
    if (!query || !('query' in query)) throw new Error('not a query');
    const records = fc.array(
      fc.record({
        type: fc.constantFrom(1, 28, 12),
        data: fc.uint8Array({ minLength: 16, maxLength: 16 }),
      }),
      { maxLength: 100 },
    );
    return fc.assert(
      fc.property(records, fc.integer({ min: 512, max: 3000 }), (all, limit) => {
        const reply = buildReply(query.query, limit, { records: all });
        expect(reply.length).to.be.at.most(limit);
        const kept = reply.readUInt16BE(6);
        expect((reply.readUInt16BE(2) & 0x200) !== 0).to.equal(kept < all.length);
        expect(reply.length).to.equal(12 + query.query.question.length + kept * 28);
      }),
    );
  });

  it('the whole server: a stream of any bytes, cut anywhere, with an upstream that says anything', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(packets, { maxLength: 6 }),
        fc.array(packets, { maxLength: 6 }),
        fc.integer({ min: 1, max: 50 }),
        async (queries, answers, size) => {
          const forwarder = {
            async forward(_sandbox: DnsSandbox, query: Query) {
              await nextTurn();
              const found = answers.find((packet) => isAnswer(packet, query.id, query));
              return found ? relay(query, Buffer.from(found), 65535) : buildReply(query, 512, {});
            },
          };
          const resolver = new Resolver({ names: registry(), forwarder, ids: countingIds() });
          const framing = new DnsFraming();
          const stream = Buffer.concat(queries.map(framed));
          const seen: Buffer[] = [];
          for (let at = 0; at < stream.length; at += size) {
            seen.push(...framing.push(stream.subarray(at, at + size)));
          }
          expect(seen.map((packet) => packet.toString('hex'))).to.deep.equal(
            queries.map((packet) => packet.toString('hex')),
          );
          for (const packet of seen) {
            const reply = await resolver.answer(sandbox, packet, 'tcp');
            if (reply) expect(reply.readUInt16BE(0)).to.equal(packet.readUInt16BE(0));
          }
        },
      ),
      { numRuns: 300 },
    ));
});
