import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import fc from 'fast-check';
import { type ConnectionLimits, defaultConnectionLimits, serveConnection } from './connection.js';
import { DnsFraming, framed } from './framing.js';
import { Turns } from './turns.js';

describe('DnsFraming', () => {
  it('finds the same messages however the stream is cut', () =>
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        (messages, sizes) => {
          const stream = Buffer.concat(messages.map((message) => framed(Buffer.from(message))));
          const framing = new DnsFraming();
          const found: Buffer[] = [];
          for (let at = 0, i = 0; at < stream.length; i++) {
            const end = at + (sizes[i % sizes.length] ?? 1);
            found.push(...framing.push(stream.subarray(at, end)));
            at = end;
          }
          expect(found.map((message) => [...message])).to.deep.equal(messages.map((m) => [...m]));
        },
      ),
    ));
});

describe('serveConnection', () => {
  let server: Server | undefined;
  let client: Socket | undefined;
  afterEach(() => {
    client?.destroy();
    server?.close();
  });

  async function open(
    answer: (packet: Buffer) => Buffer | Promise<Buffer> | undefined,
    limits: Partial<ConnectionLimits> = {},
  ): Promise<Socket> {
    server = createServer((socket) =>
      serveConnection(socket, answer, {
        limits: { ...defaultConnectionLimits, ...limits },
        turns: new Turns(),
      }),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    client.on('error', () => {});
    await once(client, 'connect');
    return client;
  }
  async function read(socket: Socket, count: number): Promise<string[]> {
    const framing = new DnsFraming();
    const found: string[] = [];
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
      found.push(...framing.push(chunk).map(String));
      if (found.length >= count) break;
    }
    return found;
  }

  it('answers pipelined queries as their answers come, a bounded number at a time', async () => {
    let running = 0;
    let most = 0;
    const socket = await open(
      async (packet) => {
        most = Math.max(most, ++running);
        await sleep(packet.toString() === '0' ? 30 : 1);
        running--;
        return packet;
      },
      { concurrent: 4 },
    );
    const texts = Array.from({ length: 50 }, (_, i) => `${i}`);
    socket.write(Buffer.concat(texts.map((text) => framed(Buffer.from(text)))));
    const found = await read(socket, 50);
    expect(found.toSorted()).to.deep.equal(texts.toSorted());
    expect(found[0]).not.to.equal('0');
    expect(most).to.equal(4);
  });

  it('answers a flood in one piece bit by bit: whoever else has something to do comes in between', async () => {
    let answered = 0;
    let most = 0;
    const socket = await open((packet) => {
      if (answered++ === 0) watch();
      return packet;
    });
    let before = 0;
    const watch = () => {
      most = Math.max(most, answered - before);
      before = answered;
      if (answered < 1000) setImmediate(watch);
    };
    const flood = Array.from({ length: 1000 }, () => framed(Buffer.from('q')));
    socket.write(Buffer.concat(flood));
    expect(await read(socket, 1000)).to.have.length(1000);
    expect(most).to.be.at.most(32);
  });

  it('lets connections of one sandbox take turns', () => {
    const turns = new Turns(2);
    const took: string[] = [];
    const go = (name: string, left: number) => {
      for (let i = 0; i < left; i++) {
        if (!turns.take()) return turns.wait(() => go(name, left - i));
        took.push(name);
      }
    };
    for (const name of ['a', 'b', 'c']) go(name, 6);
    return new Promise<void>((resolve) => {
      setTimeout(() => {
        expect(took.join('')).to.equal('aaaabbccaabbccbbcc');
        resolve();
      }, 20);
    });
  });

  it('ends a connection that completes no query, though bytes keep coming', async () => {
    const socket = await open((packet) => packet, { idleMs: 60 });
    const closed = once(socket, 'close');
    const drip = setInterval(() => socket.write('\x7f'), 15);
    try {
      socket.resume();
      const start = performance.now();
      await closed;
      expect(performance.now() - start).to.be.within(40, 1000);
    } finally {
      clearInterval(drip);
    }
  });

  it('waits for an answer that takes longer than the client is given', async () => {
    const socket = await open(
      async (packet) => {
        await sleep(120);
        return packet;
      },
      { idleMs: 40 },
    );
    socket.write(framed(Buffer.from('slow')));
    expect(await read(socket, 1)).to.deep.equal(['slow']);
  });

  it('cuts off a client that does not read', async () => {
    const big = Buffer.alloc(60_000);
    const socket = await open(() => big, { unread: 100_000 });
    socket.pause();
    const closed = once(socket, 'close');
    const queries = Buffer.concat(Array.from({ length: 1000 }, () => framed(Buffer.from('q'))));
    socket.write(queries);
    await sleep(100);
    socket.resume();
    await closed;
    expect(socket.bytesRead).to.be.below(1000 * big.length);
  });

  it('ends only the connection when an answer can’t be made', async () => {
    const socket = await open(() => {
      throw new Error('broken');
    });
    socket.resume();
    const closed = once(socket, 'close');
    socket.write(framed(Buffer.from('q')));
    await closed;
    expect(server?.listening).to.equal(true);
  });
});
