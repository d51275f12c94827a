import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { Children } from '../../src/native/children.js';
import { Fd } from '../../src/native/fd.js';
import {
  boundPort,
  boundSocket,
  listen,
  tcpListener,
  udpSocket,
} from '../../src/native/inetsocket.js';
import { check, libc } from '../../src/native/libc.js';
import { Namespaces, warmThreadPool } from '../../src/native/netns.js';
import { fdStream } from '../../src/native/poll.js';
import { run } from '../../src/native/run.js';
import { attachDropAll, detachFilter } from '../../src/native/socketfilter.js';
import { connectSeqpacket, unixAddress, withShortPath } from '../../src/native/unixsocket.js';
import { describeAsRoot, thrownBy, useDescriptorCount, useFolder } from './setting.js';

describeAsRoot('inet sockets', () => {
  const folder = useFolder();
  before(() => warmThreadPool());
  before(() => {
    // The filter is loaded once and kept.
    using socket = boundSocket('tcp', { address: '127.0.0.1', port: 0 });
    attachDropAll(socket);
  });
  useDescriptorCount();

  /** Work in a fresh namespace with its loopback up. */
  async function inLoopback(work: (namespaces: Namespaces, namespace: Fd) => Promise<void>) {
    using namespaces = new Namespaces();
    namespaces.make(folder('ns'));
    try {
      using namespace = namespaces.open(folder('ns'));
      namespaces.run(namespace, () => {
        execFileSync('ip', ['link', 'set', 'lo', 'up'], { timeout: 5000 });
      });
      await work(namespaces, namespace);
    } finally {
      namespaces.remove(folder('ns'));
    }
  }

  for (const address of ['127.0.0.1', '::1']) {
    it(`serve TCP and UDP on ${address} of a namespace from outside of it`, () =>
      inLoopback(async (namespaces, namespace) => {
        const at = { address, port: 53 };
        const [tcp, udp, client] = namespaces.run(namespace, () => [
          tcpListener(at),
          udpSocket(at),
          udpSocket({ address, port: 0 }),
        ]) as [Fd, Fd, Fd];
        expect([boundPort(tcp), boundPort(udp)]).to.deep.equal([53, 53]);
        expect(boundPort(client)).to.be.greaterThan(1023);
        expect(await tcpEcho(tcp, namespace, at)).to.equal('hello\n');
        expect(await udpEcho(udp, client, at)).to.equal('hello');
      }));
  }

  it('have one port for both families and tell who comes second', () =>
    inLoopback(async (namespaces, namespace) => {
      namespaces.run(namespace, () => {
        const protocols = ['tcp', 'udp'] as const;
        for (const protocol of protocols) {
          using first = boundSocket(protocol, { address: '0.0.0.0', port: 8080 });
          using second = boundSocket(protocol, { address: '::', port: 8080 });
          if (protocol === 'tcp') listen(first);
          const taken = thrownBy(() => {
            using third = boundSocket(protocol, { address: '127.0.0.1', port: 8080 });
            listen(third);
          });
          expect(taken).to.include({ code: 'EADDRINUSE' });
          expect(boundPort(second)).to.equal(8080);
        }
        const away = { address: '192.0.2.1', port: 80 };
        expect(thrownBy(() => udpSocket(away))).to.include({ code: 'EADDRNOTAVAIL' });
        udpSocket({ ...away, freebind: true }).close();
        const [a, b] = [0, 0].map(() => udpSocket({ address: '::1', port: 99, reusePort: true }));
        a?.close();
        b?.close();
      });
    }));

  it('name the address that is taken', () =>
    inLoopback(async (namespaces, namespace) => {
      namespaces.run(namespace, () => {
        using _first = udpSocket({ address: '127.0.0.1', port: 53 });
        expect(String(thrownBy(() => udpSocket({ address: '127.0.0.1', port: 53 })))).to.equal(
          'SyscallError: bind udp 127.0.0.1 port 53: Address already in use',
        );
      });
    }));

  it('let nobody connect while all is dropped', () =>
    inLoopback(async (namespaces, namespace) => {
      const listener = namespaces.run(namespace, () => {
        const socket = boundSocket('tcp', { address: '127.0.0.1', port: 80 });
        attachDropAll(socket);
        listen(socket);
        return socket;
      });
      const server = createServer((socket) => socket.pipe(socket));
      server.listen({ fd: listener.number });
      const client = askInside(namespace, { address: '127.0.0.1', port: 80 });
      expect(await Promise.race([client, delay(150, 'nothing')])).to.equal('nothing');
      detachFilter(listener);
      // The handshake is tried again after a second.
      expect(await client).to.equal('hello\n');
      expect(thrownBy(() => detachFilter(listener))).to.include({ code: 'ENOENT' });
      listener.release();
      server.close();
      await once(server, 'close');
    })).timeout(5000);
});

/** Connects by a program inside: Node's own connect acts after the turn, when we are out again. */
async function askInside(namespace: Fd, { address, port }: { address: string; port: number }) {
  using children = new Children();
  const script = `exec 3<>/dev/tcp/${address}/${port}; echo hello >&3; read -r line <&3; echo $line`;
  const argv = ['bash', '-c', script];
  return (await run(children, { file: '/bin/bash', argv, netnsFd: namespace.number })).stdout;
}

async function tcpEcho(listener: Fd, namespace: Fd, at: { address: string; port: number }) {
  const server: Server = createServer((socket) => socket.pipe(socket));
  server.listen({ fd: listener.release() });
  await once(server, 'listening');
  const answer = await askInside(namespace, at);
  server.close();
  await once(server, 'close');
  return answer;
}

async function udpEcho(
  udp: Fd,
  client: Fd,
  { address, port }: { address: string; port: number },
): Promise<string> {
  const type = address.includes(':') ? 'udp6' : 'udp4';
  const server = createSocket(type).on('message', (message, from) =>
    server.send(message, from.port, from.address),
  );
  const asker = createSocket(type);
  server.bind({ fd: udp.release() });
  asker.bind({ fd: client.release() });
  asker.send('hello', port, address);
  const [answer] = await once(asker, 'message');
  server.close();
  asker.close();
  return String(answer);
}

describe('connectSeqpacket', () => {
  const folder = useFolder();
  useDescriptorCount();

  const c = {
    socket: libc.fn<(d: number, t: number, p: number) => number>('int socket(int, int, int)'),
    bind: libc.fn<(fd: number, address: Uint8Array, length: number) => number>(
      'int bind(int fd, const void *addr, uint32_t len)',
    ),
    listen: libc.fn<(fd: number, backlog: number) => number>('int listen(int, int)'),
    accept: libc.fn<(fd: number, a: null, l: null, flags: number) => number>(
      'int accept4(int fd, void *addr, void *len, int flags)',
    ),
  };

  function listenSeqpacket(path: string): Fd {
    const fd = new Fd(check('socket', c.socket(1, 5 | 0o2000000, 0)));
    withShortPath(path, (short) => {
      const address = unixAddress(short);
      check('bind', c.bind(fd.number, address, address.length), path);
    });
    check('listen', c.listen(fd.number, 5));
    return fd;
  }

  for (const name of ['socket', `${'long'.repeat(30)}/socket`]) {
    it(`keeps packets apart, by a path of ${name.length} letters in the folder`, async () => {
      mkdirSync(folder(name, '..'), { recursive: true });
      using listener = listenSeqpacket(folder(name));
      const client = connectSeqpacket(folder(name));
      const server = fdStream(
        new Fd(check('accept4', c.accept(listener.number, null, null, 0o2000000))),
      );
      server.on('data', (packet: Buffer) =>
        server.write(Buffer.concat([Buffer.from('>'), packet])),
      );
      const packets: string[] = [];
      client.on('data', (packet: Buffer) => packets.push(packet.toString()));
      for (const text of ['one', 'two', 'three']) client.write(text);
      while (packets.length < 3) await once(client, 'data');
      expect(packets).to.deep.equal(['>one', '>two', '>three']);
      server.destroy();
      await once(client, 'close');
    });
  }

  it('throws when nobody listens', () => {
    expect(thrownBy(() => connectSeqpacket(folder('none')))).to.include({ code: 'ENOENT' });
    listenSeqpacket(folder('dead')).close();
    expect(thrownBy(() => connectSeqpacket(folder('dead')))).to.include({ code: 'ECONNREFUSED' });
  });
});
