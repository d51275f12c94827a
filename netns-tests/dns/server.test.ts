import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { decode, encode, type RecordType } from 'dns-packet';
import fc from 'fast-check';
import { randomIds } from '../../src/base/ids.js';
import { ip } from '../../src/base/ip.js';
import { silentLogger } from '../../src/base/logger.js';
import { askByTcp, askByUdp, type Exchange } from '../../src/cnm/dns/exchange.js';
import { Forwarder } from '../../src/cnm/dns/forward.js';
import { framed } from '../../src/cnm/dns/framing.js';
import type { DnsSandbox, Upstream } from '../../src/cnm/dns/model.js';
import { NameRegistry } from '../../src/cnm/dns/names.js';
import { Resolver } from '../../src/cnm/dns/resolver.js';
import { DnsServer } from '../../src/cnm/dns/server.js';
import { socketsFromDescriptors } from '../../src/cnm/dns/upstream-sockets.js';
import { warmThreadPool } from '../../src/native/netns.js';
import { eventually } from '../world/eventually.js';
import { needsRoot } from '../world/root.js';
import { TwoNamespaces } from './sandbox.js';

const sandbox = {
  id: 's1',
  view: { networks: [{ networkId: 'n1' }] },
  upstreams: [] as Upstream[],
  hasGateway: true as boolean,
  ndotsSet: false,
  search: [] as string[],
  hasIPv6: true,
};

describe('DNS in a sandbox', () => {
  let world: TwoNamespaces;
  let opened: Disposable[] = [];

  before(async function () {
    needsRoot.call(this);
    await warmThreadPool();
  });
  beforeEach(() => {
    world = new TwoNamespaces();
    opened = [];
    serveNames();
  });
  afterEach(() => {
    for (const thing of opened) thing[Symbol.dispose]();
    world?.[Symbol.dispose]();
  });

  function serveNames(idleMs = 300): void {
    const names = new NameRegistry();
    const many = Array.from({ length: 100 }, (_, i) => ip(`172.18.1.${i + 1}`));
    const net = { id: 'n1', name: 'net' };
    names.add(net, { endpointId: 'e1', names: ['web'], addresses: [ip('172.18.0.2')] });
    names.add(net, { endpointId: 'e2', names: ['many'], addresses: many });
    const forwarder = new Forwarder({
      sockets: socketsFromDescriptors(world.descriptors),
      ids: randomIds,
      logger: silentLogger,
      limits: { timeoutMs: 500 },
    });
    const resolver = new Resolver({ names, forwarder, ids: randomIds });
    const server = new DnsServer({ resolver, logger: silentLogger, limits: { idleMs } });
    opened.push(server.serve(sandbox, world.server('sandbox', '127.0.0.11')));
  }

  /** A name server that answers every query with one address, in one of the namespaces. */
  function upstreamAt(place: 'host' | 'sandbox', data: string, truncateUdp = false): void {
    const resolver = {
      answer(_sandbox: DnsSandbox, packet: Buffer, transport: 'udp' | 'tcp') {
        const { id, questions } = decode(packet);
        const [question] = questions ?? [];
        if (truncateUdp && transport === 'udp') {
          return encode({ type: 'response', id, questions, flags: 1 << 9 });
        }
        const name = question?.name ?? '';
        return encode({ type: 'response', id, questions, answers: [{ type: 'A', name, data }] });
      },
    };
    const server = new DnsServer({ resolver, logger: silentLogger });
    opened.push(server.serve(sandbox, world.server(place, '127.0.0.1')));
  }

  async function ask(transport: 'udp' | 'tcp', name: string, type: RecordType = 'A') {
    const sockets = socketsFromDescriptors(world.descriptors);
    const exchange: Exchange = {
      address: '127.0.0.11',
      port: 53,
      request: encode({ type: 'query', id: 5, questions: [{ name, type }] }),
      accept: () => true,
      timeoutMs: 20_000,
    };
    const reply = await (transport === 'udp'
      ? askByUdp(sockets.udp(sandbox, 4), exchange)
      : askByTcp(sockets.tcp(sandbox, 4), exchange));
    return reply && decode(reply);
  }
  const addresses = (packet: Awaited<ReturnType<typeof ask>>) =>
    packet?.answers?.map((answer) => ('data' in answer ? answer.data : undefined));

  for (const transport of ['udp', 'tcp'] as const) {
    it(`answers a name by ${transport}`, async () =>
      expect(addresses(await ask(transport, 'WEB.net'))).to.deep.equal(['172.18.0.2']));

    it(`asks servers from the namespace they belong to, by ${transport}`, async () => {
      upstreamAt('host', '192.0.2.1');
      upstreamAt('sandbox', '192.0.2.2');
      sandbox.upstreams = [{ address: '127.0.0.1', from: 'host' }];
      expect(addresses(await ask(transport, 'x.org'))).to.deep.equal(['192.0.2.1']);
      sandbox.hasGateway = false;
      const held = await ask(transport, 'x.org');
      sandbox.hasGateway = true;
      expect((held?.flags ?? 0) & 15).to.equal(2);
      sandbox.upstreams = [{ address: '127.0.0.1', from: 'sandbox' }];
      expect(addresses(await ask(transport, 'x.org'))).to.deep.equal(['192.0.2.2']);
    });
  }

  it('gets a long answer from outside by TCP', async () => {
    upstreamAt('host', '192.0.2.3', true);
    sandbox.upstreams = [{ address: '127.0.0.1', from: 'host' }];
    expect((await ask('udp', 'x.org'))?.flag_tc).to.equal(true);
    expect(addresses(await ask('tcp', 'x.org'))).to.deep.equal(['192.0.2.3']);
  });

  it('tells a UDP client to come back by TCP', async () => {
    expect((await ask('udp', 'many'))?.flag_tc).to.equal(true);
    expect(addresses(await ask('tcp', 'many'))).to.have.length(100);
  });

  it('serves a real client', async () => {
    const output = await world.run('/bin/busybox', 'nslookup', 'web', '127.0.0.11');
    expect(output).to.include('172.18.0.2');
  });

  it('goes on after noise and after clients that say nothing', async () => {
    const sockets = socketsFromDescriptors(world.descriptors);
    const noise = sockets.udp(sandbox, 4);
    noise.connect(53, '127.0.0.11', () => {
      for (let i = 0; i < 500; i++) noise.send(randomBytes(i % 90));
    });
    const silent = Array.from({ length: 70 }, () => sockets.tcp(sandbox, 4));
    const closed = silent.map((socket) => {
      socket.on('error', () => socket.destroy());
      socket.connect(53, '127.0.0.11', () => socket.resume());
      return new Promise((resolve) => socket.on('close', resolve));
    });
    await sleep(50);
    expect(addresses(await ask('udp', 'web'))).to.deep.equal(['172.18.0.2']);
    await Promise.all(closed);
    expect(addresses(await ask('tcp', 'web'))).to.deep.equal(['172.18.0.2']);
    noise.close();
  });

  it('takes 64 TCP connections of a sandbox; more are closed at once, and cost nobody an answer', async () => {
    for (const thing of opened.splice(0)) thing[Symbol.dispose]();
    serveNames(3_000);
    const sockets = socketsFromDescriptors(world.descriptors);
    const state = { closed: 0 };
    for (let i = 0; i < 80; i++) {
      const socket = sockets.tcp(sandbox, 4);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => state.closed++);
      socket.connect(53, '127.0.0.11', () => socket.resume());
    }
    await eventually(() => expect(state.closed).to.be.at.least(80 - 64));
    expect(state.closed).to.equal(80 - 64);
    expect(addresses(await ask('udp', 'web'))).to.deep.equal(['172.18.0.2']);
    await eventually(() => expect(state.closed, 'when they have been idle').to.equal(80));
    expect(addresses(await ask('tcp', 'web'))).to.deep.equal(['172.18.0.2']);
  });

  it('any packets by UDP and TCP leave the server answering', async () => {
    const sockets = socketsFromDescriptors(world.descriptors);
    const good = encode({ type: 'query', id: 3, questions: [{ name: 'web', type: 'A' }] });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(255), fc.nat(255)), { minLength: 1, maxLength: 3 }),
        fc.uint8Array({ maxLength: 600 }),
        fc.nat(40),
        async (changes, noise, length) => {
          const broken = Buffer.from(good);
          for (const [at, byte] of changes) broken[at % broken.length] = byte;
          const udp = sockets.udp(sandbox, 4);
          await new Promise<void>((resolve) => udp.connect(53, '127.0.0.11', () => resolve()));
          for (const packet of [broken, broken.subarray(0, length), Buffer.from(noise)]) {
            udp.send(packet);
          }
          const tcp = sockets.tcp(sandbox, 4);
          tcp.on('error', () => tcp.destroy());
          tcp.connect(53, '127.0.0.11', () => tcp.end(Buffer.concat([framed(broken), noise])));
          expect(addresses(await ask('udp', 'web'))).to.deep.equal(['172.18.0.2']);
          udp.close();
          tcp.destroy();
        },
      ),
      { numRuns: 150 },
    );
  });

  it('closes its sockets with itself', async () => {
    const openFds = () => readdirSync('/proc/self/fd').length;
    const fds = openFds();
    upstreamAt('host', '192.0.2.1');
    expect(openFds()).to.equal(fds + 2);
    for (const thing of opened.splice(0)) {
      thing[Symbol.dispose]();
      thing[Symbol.dispose]();
    }
    await eventually(() => expect(openFds()).to.equal(fds - 2));
  });
});
