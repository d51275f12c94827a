import { createSocket, type Socket as DgramSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, Socket } from 'node:net';
import { expect } from 'chai';
import { decode, encode, type Packet } from 'dns-packet';
import { randomIds } from '../../base/ids.js';
import { silentLogger } from '../../base/logger.js';
import { Forwarder, type ForwardLimits, type Transport } from './forward.js';
import { DnsFraming, framed } from './framing.js';
import type { DnsSandbox, Upstream } from './model.js';
import type { SocketPlace } from './upstream-sockets.js';
import { parseQuery, type Query } from './wire.js';

type Answer = (request: Buffer) => Buffer[];

/** A name server on loopback whose answers the test makes. */
class FakeUpstream {
  readonly udpQueries: Buffer[] = [];
  readonly tcpQueries: Buffer[] = [];
  readonly #udp: DgramSocket = createSocket('udp4');
  readonly #tcp: Server;
  port = 0;

  constructor(udp: Answer, tcp: Answer = () => []) {
    this.#udp.on('message', (packet, { port, address }) => {
      this.udpQueries.push(packet);
      for (const reply of udp(packet)) this.#udp.send(reply, port, address);
    });
    this.#tcp = createServer((socket) => {
      const framing = new DnsFraming();
      socket.on('error', () => socket.destroy());
      socket.on('data', (chunk) => {
        for (const packet of framing.push(chunk)) {
          this.tcpQueries.push(packet);
          for (const reply of tcp(packet)) socket.write(framed(reply));
        }
      });
    });
  }

  async start(): Promise<this> {
    this.#udp.bind(0, '127.0.0.1');
    await once(this.#udp, 'listening');
    this.port = this.#udp.address().port;
    this.#tcp.listen(this.port, '127.0.0.1');
    await once(this.#tcp, 'listening');
    return this;
  }

  stop(): void {
    this.#udp.close();
    this.#tcp.close();
  }
}

const reply = (request: Buffer, more: Packet): Buffer => {
  const { id, questions } = decode(request);
  return encode({ type: 'response', id, questions, ...more });
};
const found =
  (data: string): Answer =>
  (request) => [reply(request, { answers: [{ type: 'A', name: 'x.org', data }] })];
const code =
  (rcode: number): Answer =>
  (request) => [reply(request, { flags: rcode })];
const nothing: Answer = () => [];

describe('Forwarder', () => {
  let started: FakeUpstream[] = [];
  let places: SocketPlace[] = [];
  afterEach(() => {
    for (const upstream of started) upstream.stop();
    started = [];
    places = [];
  });

  async function upstreams(...answers: (Answer | [Answer, Answer])[]): Promise<FakeUpstream[]> {
    for (const answer of answers) {
      const [udp, tcp] = Array.isArray(answer) ? answer : [answer];
      started.push(await new FakeUpstream(udp, tcp).start());
    }
    return started;
  }
  const sockets = {
    udp(place: SocketPlace) {
      places.push(place);
      return createSocket('udp4');
    },
    tcp: () => new Socket(),
  };
  const make = (limits: Partial<ForwardLimits> = {}) =>
    new Forwarder({
      sockets,
      ids: randomIds,
      logger: silentLogger,
      limits: { timeoutMs: 100, ...limits },
    });
  const sandbox = (from: Upstream['from'] = 'host'): DnsSandbox & { hasGateway: boolean } => ({
    id: 's1',
    view: { networks: [] },
    upstreams: started.map(({ port }) => ({ address: '127.0.0.1', port, from })),
    hasGateway: true,
    ndotsSet: false,
    search: [],
    hasIPv6: true,
  });
  async function ask(
    forwarder = make(),
    asker: DnsSandbox = sandbox(),
    transport: Transport = 'udp',
  ) {
    const answer = decode(await forwarder.forward(asker, query(), transport));
    const [first] = answer.answers ?? [];
    expect(answer.id).to.equal(42);
    // In the client's spelling, whatever the upstream makes of it.
    expect(answer.questions).to.deep.equal([{ name: 'X.org', type: 'A', class: 'IN' }]);
    return first && 'data' in first ? first.data : (answer.flags ?? 0) & 15;
  }

  it('passes an answer on under the client’s id, asked under another', async () => {
    const [upstream] = await upstreams(found('192.0.2.1'));
    expect(await ask()).to.equal('192.0.2.1');
    expect(await ask()).to.equal('192.0.2.1');
    const ids = upstream?.udpQueries.map((packet) => packet.readUInt16BE(0));
    expect(new Set([42, ...(ids ?? [])]).size).to.be.at.least(2);
  });

  const orders: [string, Answer[], unknown, number[]][] = [
    ['goes on after SERVFAIL', [code(2), found('192.0.2.2')], '192.0.2.2', [1, 1]],
    ['goes on after REFUSED', [code(5), found('192.0.2.2')], '192.0.2.2', [1, 1]],
    ['goes on after silence', [nothing, found('192.0.2.2')], '192.0.2.2', [1, 1]],
    ['passes NXDOMAIN on', [code(3), found('192.0.2.2')], 3, [1, 0]],
    ['says SERVFAIL at the end', [code(5), nothing, code(2)], 2, [1, 1, 1]],
    ['asks three at most', [code(2), code(2), code(2), found('192.0.2.2')], 2, [1, 1, 1, 0]],
  ];
  for (const [what, answers, expected, asked] of orders) {
    it(what, async () => {
      const all = await upstreams(...answers);
      expect(await ask()).to.equal(expected);
      expect(all.map(({ udpQueries }) => udpQueries.length)).to.deep.equal(asked);
    });
  }

  it('does not wait for a server whose port is closed', async () => {
    const [closed] = await upstreams(nothing, found('192.0.2.2'));
    closed?.stop();
    const asker = sandbox();
    started.shift();
    const start = performance.now();
    expect(await ask(make({ timeoutMs: 1500 }), asker)).to.equal('192.0.2.2');
    expect(performance.now() - start).to.be.below(1000);
  });

  it('ignores answers with another id, another question, or that are queries', async () => {
    await upstreams((request) => {
      const wrongId = found('203.0.113.1')(request).map((packet) => {
        packet.writeUInt16BE(packet.readUInt16BE(0) ^ 1, 0);
        return packet;
      });
      const other = reply(request, {
        questions: [{ name: 'y.org', type: 'A' }],
        answers: [{ type: 'A', name: 'y.org', data: '203.0.113.2' }],
      });
      const short = Buffer.from(request.subarray(0, 12));
      return [...wrongId, other, short, request, ...found('192.0.2.1')(request)];
    });
    expect(await ask()).to.equal('192.0.2.1');
  });

  it('gives the client its own spelling of the question back, whatever the upstream made of it', async () => {
    await upstreams((request) => [
      reply(request, {
        questions: [{ name: 'x.ORG', type: 'A' }],
        answers: [{ type: 'A', name: 'x.org', data: '192.0.2.1' }],
      }),
    ]);
    expect(await ask()).to.equal('192.0.2.1');
  });

  it('asks again by TCP for a TCP client when the answer was cut', async () => {
    const cut: Answer = (request) => [reply(request, { flags: 1 << 9 })];
    const [upstream] = await upstreams([cut, found('192.0.2.7')]);
    expect(await ask(make(), sandbox(), 'tcp')).to.equal('192.0.2.7');
    expect(upstream?.tcpQueries).to.have.length(1);
    const toUdp = decode(await make().forward(sandbox(), query(), 'udp'));
    expect(toUdp.flag_tc).to.equal(true);
    expect(upstream?.tcpQueries).to.have.length(1);
  });

  it('cuts what is too long for a UDP client', async () => {
    await upstreams((request) => [
      reply(request, {
        answers: Array.from({ length: 60 }, () => ({
          type: 'A' as const,
          name: 'x.org',
          data: '192.0.2.1',
        })),
      }),
    ]);
    const answer = await make().forward(sandbox(), query(), 'udp');
    expect(answer.length).to.be.at.most(512);
    expect(decode(answer).flag_tc).to.equal(true);
  });

  it('asks from the namespace that the server belongs to', async () => {
    await upstreams(found('192.0.2.1'));
    await ask(make(), sandbox('host'));
    const inside = sandbox('sandbox');
    await ask(make(), inside);
    expect(places).to.deep.equal(['host', inside]);
  });

  it('asks nobody from the host for a sandbox without a way out, from the next query on', async () => {
    const [upstream] = await upstreams(found('192.0.2.1'));
    const asker = sandbox('host');
    const forwarder = make();
    expect(await ask(forwarder, asker)).to.equal('192.0.2.1');
    asker.hasGateway = false;
    for (const transport of ['udp', 'tcp'] as const) {
      expect(await ask(forwarder, asker, transport)).to.equal(2);
    }
    expect(upstream?.udpQueries).to.have.length(1);
    expect(upstream?.tcpQueries).to.have.length(0);
    expect(await ask(forwarder, { ...sandbox('sandbox'), hasGateway: false })).to.equal(
      '192.0.2.1',
    );
  });

  it('stops asking when the way out goes while it waits', async () => {
    const [, second] = await upstreams(nothing, found('192.0.2.2'));
    const asker = sandbox('host');
    const pending = ask(make(), asker);
    asker.hasGateway = false;
    expect(await pending).to.equal(2);
    expect(second?.udpQueries).to.have.length(0);
  });

  it('refuses what is too much, for one sandbox and for all', async () => {
    await upstreams(nothing);
    const forwarder = make({ outstanding: 3, outstandingPerSandbox: 2 });
    const [one, two, three] = ['1', '2', '3'].map((id) => ({ ...sandbox(), id }));
    const codes = await Promise.all(
      [one, one, one, two, three].map((asker) => ask(forwarder, asker)),
    );
    expect(codes).to.deep.equal([2, 2, 5, 2, 5]);
    expect(await ask(forwarder, one)).to.equal(2);
  });

  it('1,024 queries of one sandbox are on their way at once; the next one is refused', async () => {
    await upstreams(nothing);
    const forwarder = make({ timeoutMs: 150 });
    const asked = Array.from({ length: 1025 }, () => ask(forwarder));
    const codes = await Promise.all(asked);
    expect(codes).to.deep.equal([...Array.from({ length: 1024 }, () => 2), 5]);
  }).timeout(20_000);

  it('greedy sandboxes leave a share of the queries free for whoever comes next', async () => {
    await upstreams(nothing);
    const forwarder = make({ outstanding: 60 });
    const flood = (id: string) =>
      Array.from({ length: 100 }, () => ask(forwarder, { ...sandbox(), id }));
    const floods = [flood('1'), flood('2'), flood('3')].flat();
    const late = [ask(forwarder, { ...sandbox(), id: 'late' })];
    expect(await Promise.all(late)).to.deep.equal([2]);
    const codes = await Promise.all(floods);
    const taken = codes.filter((code) => code === 2).length;
    expect(taken).to.be.within(45, 59);
  });

  it('survives a namespace that is gone', async () => {
    await upstreams(nothing);
    const forwarder = new Forwarder({
      sockets: {
        udp() {
          throw new Error('no such namespace');
        },
        tcp: () => new Socket(),
      },
      ids: randomIds,
      logger: silentLogger,
    });
    expect(await ask(forwarder)).to.equal(2);
  });
});

function query(): Query {
  const packet = encode({ type: 'query', id: 42, questions: [{ name: 'X.org', type: 'A' }] });
  const parsed = parseQuery(packet);
  if (!parsed || !('query' in parsed)) throw new Error('not a query');
  return parsed.query;
}
