import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { eventually } from '../../../netns-tests/world/eventually.js';
import { silentLogger } from '../../base/logger.js';
import { PortAllocator } from '../../cnm/ports/allocator.js';
import { detachFilter } from '../../native/socketfilter.js';
import type { Sysctls } from '../../native/sysctl.js';
import { HostSocketStore } from './host-socket-store.js';
import { ephemeralPorts, heldPorts } from './host-sockets.js';
import { openSlot, refuseConnections, takeConnections } from './port-slot.js';

describe('HostSocketStore', () => {
  let hostSockets: HostSocketStore;
  beforeEach(() => {
    hostSockets = new HostSocketStore({ logger: silentLogger });
  });
  afterEach(() => hostSockets[Symbol.dispose]());

  // A filter that the socket's owner can't take off again is for root.
  before(function () {
    if (process.getuid?.() !== 0) this.skip();
  });

  for (const protocol of ['tcp', 'udp'] as const) {
    it(`holds a ${protocol} port until it is let go`, () => {
      const held = hostSockets.open(protocol, '127.0.0.1', 0, 1);
      expect(held.port).to.be.above(0);
      let refusal: unknown;
      try {
        hostSockets.open(protocol, '127.0.0.1', held.port, 1)[Symbol.dispose]();
      } catch (error) {
        refusal = error;
      }
      held[Symbol.dispose]();
      expect(refusal).to.have.property('code', 'EADDRINUSE');
      using again = hostSockets.open(protocol, '127.0.0.1', held.port, 1);
      expect(again.port).to.equal(held.port);
    });
  }

  const listeners = (first: number, count: number) => ({
    protocol: 'tcp' as const,
    address: '127.0.0.1',
    first,
    count,
  });

  it('opens the sockets of many later, and tells who waits for them', async () => {
    using held = hostSockets.open('tcp', '127.0.0.1', 26_000, 100);
    const all = listeners(26_000, 100);
    const early = hostSockets.slots(all);
    expect(early.length).to.be.within(1, 99);
    const late: number[] = [];
    hostSockets.await(all, (slots) => late.push(...slots.map(({ port }) => port)));
    for (let turns = 0; hostSockets.slots(all).length < 100 && turns < 2000; turns++)
      await delay(5);
    const ports = Array.from({ length: 100 }, (_, at) => 26_000 + at);
    expect([...early.map(({ port }) => port), ...late]).to.deep.equal(ports);
    // Who waits for them lets packets in; the others are shut until he does.
    expect(hostSockets.slots(all).filter(({ isOpen }) => isOpen)).to.have.length(late.length);
    expect(held.port).to.equal(26_000);
  });

  it('opens none that was let go meanwhile, and gives back those that leave', async () => {
    hostSockets.open('tcp', '127.0.0.1', 26_200, 100)[Symbol.dispose]();
    expect(hostSockets.slots(listeners(26_200, 100))).to.deep.equal([]);
    using again = hostSockets.open('tcp', '127.0.0.1', 26_200, 1);
    const [slot] = hostSockets.slots(listeners(26_200, 1));
    expect(slot?.isOpen).to.equal(false);
    await eventually(() => expect(slot?.socket.isOpen).to.equal(true));
    expect(again.port).to.equal(26_200);
    // Nobody has the others.
    using other = hostSockets.open('tcp', '127.0.0.1', 26_201, 1);
    expect(other.port).to.equal(26_201);
  });

  it('answers nobody', async () => {
    using held = hostSockets.open('tcp', '127.0.0.1', 0, 1);
    expect(await answerOf(held.port)).to.equal('silence');
  });

  it('refuses who connects as soon as it is let go', async () => {
    const held = hostSockets.open('tcp', '127.0.0.1', 26_300, 1);
    held[Symbol.dispose]();
    expect(await answerOf(26_300)).to.equal('refused');
  });

  it('goes on taking connections for a proxy that has not been stopped', async () => {
    const held = hostSockets.open('tcp', '127.0.0.1', 26_303, 1);
    const [slot] = hostSockets.slots(listeners(26_303, 1));
    if (!slot) throw new Error('no socket');
    slot.given = 1;
    slot.isOpen = true;
    detachFilter(slot.socket);
    held[Symbol.dispose]();
    expect(await answerOf(26_303)).to.equal('accepted');
  });

  it('of the proxy refuses connections when it is to serve no more, until it is to serve again', async () => {
    const slot = openSlot({ protocol: 'tcp', address: '127.0.0.1', port: 26_301 }, true);
    using _ = slot.socket;
    const answers: unknown[] = [];
    for (const change of [() => {}, refuseConnections, takeConnections]) {
      change(slot);
      answers.push(await answerOf(slot.port));
    }
    expect(answers).to.deep.equal(['accepted', 'refused', 'accepted']);
  });

  it('whose port another has taken meanwhile is given up', async () => {
    const port = 26_302;
    const held = hostSockets.open('tcp', '127.0.0.1', port, 1);
    const [slot] = hostSockets.slots(listeners(port, 1));
    if (!slot) throw new Error('no socket');
    slot.given = 1;
    refuseConnections(slot);
    held[Symbol.dispose]();
    const other = createServer().listen(port, '127.0.0.1');
    await once(other, 'listening');
    let refusal: unknown;
    try {
      hostSockets.open('tcp', '127.0.0.1', port, 1)[Symbol.dispose]();
    } catch (error) {
      refusal = error;
    }
    other.close();
    expect(refusal).to.have.property('code', 'EADDRINUSE');
    expect(slot.socket.isOpen).to.equal(false);
  });
});

/** What becomes of a connection to a port of this machine. */
async function answerOf(port: number): Promise<unknown> {
  const client = connect(port, '127.0.0.1');
  const answer = await Promise.race([
    new Promise((done) => client.once('connect', () => done('accepted'))),
    new Promise((done) => client.once('error', () => done('refused'))),
    new Promise((done) => setTimeout(() => done('silence'), 100)),
  ]);
  client.destroy();
  return answer;
}

describe('ephemeralPorts', () => {
  it("reads the host's settings, or does without", () => {
    const settings: Record<string, string> = {
      ip_local_port_range: '1000\t2000',
      ip_local_reserved_ports: '1001,1005-1006',
    };
    const nameOf = (key: unknown) => String(Array.isArray(key) ? key.at(-1) : key);
    const sysctls = {
      exists: (key: unknown) => Object.hasOwn(settings, nameOf(key)),
      read: (key: unknown) => settings[nameOf(key)],
    } as unknown as Sysctls;
    expect(ephemeralPorts(sysctls)).to.deep.equal({
      range: { first: 1000, last: 2000 },
      reserved: new Set([1001, 1005, 1006]),
    });
    delete settings['ip_local_port_range'];
    delete settings['ip_local_reserved_ports'];
    expect(ephemeralPorts(sysctls).reserved.size).to.equal(0);
    expect(ephemeralPorts(sysctls).range.first).to.be.above(1023);
  });
});

describe('heldPorts', () => {
  it('leaves alone what is held already', () => {
    const opened: number[] = [];
    const allocator = new PortAllocator({
      sockets: {
        open: (_protocol, _address, port) => {
          opened.push(port);
          return { port, [Symbol.dispose]: () => void opened.splice(opened.indexOf(port), 1) };
        },
      },
      ephemeral: () => ({ range: { first: 1, last: 2 }, reserved: new Set() }),
    });
    const ports = heldPorts(allocator);
    const binding = {
      protocol: 'tcp' as const,
      containerPort: 80,
      hostIp: '127.0.0.1',
      hostPort: 8080,
    };
    ports.hold('e1', [binding]);
    ports.hold('e1', [binding]);
    expect(opened).to.deep.equal([8080]);
    ports.release('e1');
    ports.release('e1');
    expect(opened).to.deep.equal([]);
  });
});
