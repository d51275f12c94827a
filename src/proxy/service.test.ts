import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { eventually } from '../../netns-tests/world/eventually.js';
import { Readiness } from '../native/epoll.js';
import type { Fd } from '../native/fd.js';
import { boundPort, tcpListener, udpSocket } from '../native/inetsocket.js';
import type { ServedPort } from './protocol.js';
import { Service } from './service.js';

const address = '127.0.0.1';
/** Leaves room for 100 flows: 33 of one port that is alone. */
const DESCRIPTORS = 400;

describe('what the proxy serves', () => {
  let readiness: Readiness;
  let service: Service;
  let backend: Server;
  let echo: UdpSocket;
  const clients: (Socket | UdpSocket)[] = [];
  /** Stands still, so that no flow is forgotten because the machine is slow. */
  let clockMs: number;

  beforeEach(async () => {
    clockMs = 0;
    readiness = new Readiness();
    service = new Service({
      readiness,
      now: () => clockMs,
      descriptors: DESCRIPTORS,
      udpIdleMs: 300,
      changed: () => {},
    });
    backend = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => {}).pipe(socket);
    });
    backend.listen(0, address);
    echo = createSocket('udp4', (bytes, from) => echo.send(bytes, from.port, address));
    echo.bind(0, address);
    await Promise.all([once(backend, 'listening'), once(echo, 'listening')]);
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) 'destroy' in client ? client.destroy() : client.close();
    for (const { owner } of service.holdings()) service.stop(owner);
    readiness[Symbol.dispose]();
    backend.close();
    echo.close();
    await delay(20);
  });

  /** Serves a port of an owner; gives its number. */
  const serve = (owner: string, protocol: 'tcp' | 'udp'): number => {
    const at = { address, port: 0 };
    const socket = protocol === 'tcp' ? tcpListener(at) : udpSocket(at);
    const port = boundPort(socket);
    const to = protocol === 'tcp' ? backend.address() : echo.address();
    const toPort = typeof to === 'object' && to ? to.port : 0;
    const served: ServedPort<Fd> = { protocol, address, port, toAddress: address, toPort, socket };
    service.serve(owner, [served]);
    return port;
  };

  const yes = (answered: readonly boolean[]) => answered.filter((one) => one).length;
  /** Waits until as many are answered as should be, and a little for one too many. */
  const areAnswered = async (answered: readonly boolean[], count: number) => {
    await eventually(() => expect(yes(answered)).to.be.at.least(count));
    await delay(50);
    expect(yes(answered)).to.equal(count);
  };

  /** Clients that stay, of which so many are answered; each with whether it was. */
  const tcp = async (port: number, count: number, room = count): Promise<boolean[]> => {
    const answered = Array.from({ length: count }, () => false);
    answered.forEach((_, index) => {
      const socket = connect(port, address, () => socket.write('?'));
      socket.on('data', () => {
        answered[index] = true;
      });
      socket.on('error', () => {});
      clients.push(socket);
    });
    await areAnswered(answered, room);
    return answered;
  };
  const udp = async (port: number, count: number): Promise<void> => {
    const answered = Array.from({ length: count }, () => false);
    answered.forEach((_, index) => {
      const socket = createSocket('udp4', () => {
        answered[index] = true;
      });
      socket.send('?', port, address);
      clients.push(socket);
    });
    await areAnswered(answered, count);
  };

  it('is as many connections as have room; the others wait for theirs, and no port for another', async () => {
    const [busy, other] = [serve('web', 'tcp'), serve('web', 'tcp')];
    const datagrams = serve('web', 'udp');
    const neighbour = serve('friend', 'tcp');
    const crowd = await tcp(busy, 60, 34);
    await tcp(other, 3);
    await udp(datagrams, 2);
    await tcp(neighbour, 3);
    for (const client of clients.splice(0, 34)) if ('destroy' in client) client.destroy();
    // Those who waited.
    await areAnswered(crowd, 60);
  });

  it('is datagrams of ever new clients, who push out the one that was silent longest', async () => {
    const port = serve('web', 'udp');
    const before = openDescriptors();
    await udp(port, 20);
    const first = clients[0] as UdpSocket;
    const seen = new Set<number>();
    echo.on('message', (bytes, from) => String(bytes) === 'first' && seen.add(from.port));
    for (let round = 0; round < 4; round++) {
      first.send('first', port, address);
      await udp(port, 15);
    }
    expect(seen.size, 'flows of one who was never silent').to.equal(1);
    expect(openDescriptors() - before - clients.length).to.be.at.most(34);
  });

  it('is forgotten where a client has been silent', async () => {
    const port = serve('web', 'udp');
    await udp(port, 10);
    const before = openDescriptors();
    clockMs += 301;
    await eventually(() => expect(before - openDescriptors()).to.equal(10));
    expect(service.isIdle, 'the port stays').to.equal(false);
  });

  it('ends with its owner, flows and all', async () => {
    const port = serve('web', 'tcp');
    await tcp(port, 5);
    const [client] = clients as Socket[];
    const closed = new Promise((resolve) => client?.on('close', resolve));
    service.stop('web');
    await closed;
    expect(service.isIdle).to.equal(true);
  });
});

function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length;
}
