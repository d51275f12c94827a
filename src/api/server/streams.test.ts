import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex, PassThrough, Writable } from 'node:stream';
import { expect } from 'chai';
import type { AttachedStreams, OutputChunk, OutputStream } from './backend.js';
import { frame, join as joinStreams, pump, streamType } from './streams.js';

const out = (text: string): OutputChunk => ({ stream: 'stdout', data: Buffer.from(text) });
const err = (text: string): OutputChunk => ({ stream: 'stderr', data: Buffer.from(text) });

/** Output that counts how much of it was taken, and whether it was aborted. */
class FakeOutput implements OutputStream {
  taken = 0;
  aborted = 0;
  readonly tty: boolean;
  readonly chunks: AsyncIterable<OutputChunk>;
  #wake: () => void = () => {};

  constructor(tty: boolean, chunks: readonly OutputChunk[], ends = true) {
    this.tty = tty;
    this.chunks = this.#run(chunks, ends);
  }

  abort(): void {
    this.aborted++;
    this.#wake();
  }

  async *#run(chunks: readonly OutputChunk[], ends: boolean): AsyncGenerator<OutputChunk> {
    for (const chunk of chunks) {
      this.taken++;
      yield chunk;
    }
    if (!ends && this.aborted === 0) {
      await new Promise<void>((done) => {
        this.#wake = done;
      });
    }
  }
}

/** A client that has read the answer. */
const connected = (socket: Duplex) => ({ socket, untilRead: async () => {} });

/** A sink whose reader is so slow that each write waits to be let through. */
class SlowSink extends Writable {
  readonly got: Buffer[] = [];
  #done: (() => void) | undefined;

  constructor() {
    super({ highWaterMark: 1 });
  }

  override _write(data: Buffer, _: string, done: () => void): void {
    this.got.push(data);
    this.#done = done;
  }

  letThrough(): void {
    this.#done?.();
  }
}

const tick = () => new Promise<void>((done) => setImmediate(done));

describe('frame', () => {
  it('is a header of eight bytes and the data', () => {
    expect(frame(out('hi')).toString('hex')).to.equal('0100000000000002' + '6869');
    expect(frame(err('')).toString('hex')).to.equal('0200000000000000');
    expect(frame(out('x'.repeat(70_000))).readUInt32BE(4)).to.equal(70_000);
  });
});

describe('streamType', () => {
  for (const [tty, version, type] of [
    [false, '1.42', 'multiplexed'],
    [false, '1.41', 'raw'],
    [true, '1.48', 'raw'],
  ] as const) {
    it(`${tty ? 'terminal' : 'no terminal'}, ${version}: ${type}`, () =>
      expect(streamType(tty, version)).to.equal(`application/vnd.docker.${type}-stream`));
  }
});

describe('pump', () => {
  it('frames what comes from no terminal', async () => {
    const sink = new PassThrough();
    await pump(new FakeOutput(false, [out('a'), err('b')]), sink);
    expect(sink.read()).to.deep.equal(Buffer.concat([frame(out('a')), frame(err('b'))]));
  });

  it('leaves a terminal as it is', async () => {
    const sink = new PassThrough();
    await pump(new FakeOutput(true, [out('a'), out('b')]), sink);
    expect(String(sink.read())).to.equal('ab');
  });

  it('takes no more than the client reads', async () => {
    const sink = new SlowSink();
    const chunks = Array.from({ length: 30 }, (_, n) => out(String(n)));
    const output = new FakeOutput(true, chunks);
    const pumped = pump(output, sink);
    await tick();
    expect(output.taken).to.equal(1);
    for (let n = 1; n < 30; n++) {
      sink.letThrough();
      await tick();
      expect(output.taken).to.equal(n + 1);
    }
    expect(sink.listenerCount('close')).to.be.below(5);
    sink.letThrough();
    await pumped;
    expect(Buffer.concat(sink.got).toString()).to.match(/^01234.*2829$/);
  });

  it('ends when the client goes, also one that reads no more', async () => {
    for (const sink of [new SlowSink(), new PassThrough()]) {
      const output = new FakeOutput(true, [out('a')], false);
      const pumped = pump(output, sink);
      await tick();
      sink.destroy();
      await pumped;
      expect(output.aborted).to.equal(1);
      expect(sink.listenerCount('close')).to.equal(0);
    }
  });
});

/** Both ends of a connection. */
function connection(): { server: Duplex; sent: PassThrough; received: PassThrough } {
  const sent = new PassThrough();
  const received = new PassThrough();
  return { server: Duplex.from({ readable: sent, writable: received }), sent, received };
}

describe('join', () => {
  const withInput = (
    tty: boolean,
  ): { streams: FakeOutput & AttachedStreams; stdin: PassThrough } => {
    const stdin = new PassThrough();
    const output = new FakeOutput(tty, [out('hello')], false);
    return { streams: Object.assign(output, { stdin }), stdin };
  };

  it('passes bytes both ways until the process ends', async () => {
    const { server, sent, received } = connection();
    const { streams, stdin } = withInput(true);
    const joined = joinStreams(streams, connected(server));
    sent.write('typed');
    await tick();
    expect(String(stdin.read())).to.equal('typed');
    expect(String(received.read())).to.equal('hello');
    streams.abort();
    await joined;
    await tick();
    expect(received.writableEnded).to.equal(true);
  });

  it("closes the process's input with the client's output", async () => {
    const { server, sent } = connection();
    const { streams, stdin } = withInput(false);
    const joined = joinStreams(streams, connected(server));
    sent.end('last');
    await tick();
    await tick();
    expect(String(stdin.read())).to.equal('last');
    expect(stdin.writableEnded).to.equal(true);
    expect(streams.aborted).to.equal(0);
    streams.abort();
    await joined;
  });

  it('takes the end of a terminal for a client that has detached', async () => {
    const { server, sent } = connection();
    const { streams, stdin } = withInput(true);
    const joined = joinStreams(streams, connected(server));
    sent.end();
    await joined;
    expect(streams.aborted).to.be.above(0);
    expect(stdin.writableEnded).to.equal(false);
  });

  it('goes on showing a terminal to who has nothing to send', async () => {
    const { server, sent } = connection();
    const output = new FakeOutput(true, [], false);
    const joined = joinStreams(output, connected(server));
    sent.end();
    await tick();
    await tick();
    expect(output.aborted).to.equal(0);
    output.abort();
    await joined;
  });

  describe('a client that leaves', () => {
    const patience = { lookMs: 10, lingerMs: 10 };
    const folders: string[] = [];
    afterEach(() => {
      for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
    });

    /** Both ends of a connection of the kernel's. */
    async function sockets(): Promise<{ server: Socket; client: Socket }> {
      const folder = mkdtempSync(join(tmpdir(), 'tsnet-join-'));
      folders.push(folder);
      const listener = createServer({ allowHalfOpen: true }).listen(join(folder, 's'));
      await once(listener, 'listening');
      const accepted = once(listener, 'connection');
      const client = connect({ path: join(folder, 's'), allowHalfOpen: true });
      const [server] = await accepted;
      listener.close();
      return { server, client };
    }

    it('is noticed though the process is silent', async () => {
      const { server, client } = await sockets();
      const { streams } = withInput(false);
      const joined = joinStreams(streams, connected(server), patience);
      client.destroy();
      await joined;
      expect(streams.aborted).to.be.above(0);
      if (!server.closed) await once(server, 'close');
    });

    it('is not one that has sent all and listens on', async () => {
      const { server, client } = await sockets();
      const { streams, stdin } = withInput(false);
      const joined = joinStreams(streams, connected(server), patience);
      client.end();
      await once(stdin.resume(), 'end');
      await new Promise((done) => setTimeout(done, 50));
      expect([streams.aborted, server.destroyed]).to.deep.equal([0, false]);
      streams.abort();
      await joined;
      client.destroy();
    });

    it('need not end what it sends', async () => {
      const { server, client } = await sockets();
      const joined = joinStreams(new FakeOutput(true, [out('bye')]), connected(server), patience);
      let got = '';
      client.on('data', (data) => {
        got += data;
      });
      await joined;
      if (!server.closed) await once(server, 'close');
      if (!client.readableEnded) await once(client, 'end');
      expect(got).to.equal('bye');
      client.destroy();
    });
  });

  it('drops what nobody reads', async () => {
    const { server, sent } = connection();
    const output = new FakeOutput(false, [], false);
    const joined = joinStreams(output, connected(server));
    sent.write('x'.repeat(100_000));
    sent.end();
    await tick();
    expect(sent.readableLength).to.equal(0);
    output.abort();
    await joined;
  });
});
