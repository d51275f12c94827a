import { expect } from 'chai';
import { LinkLookup } from './channel.js';
import { DeleteQueue } from './delete-queue.js';
import { NetlinkError } from './error.js';
import { decodeLinkIndex, getLink } from './link.js';
import { removeLink } from './link-change.js';
import { routeSocket } from './open.js';
import { NetlinkSocket } from './socket.js';
import { RECEIVE_BYTES, SO_SNDBUFFORCE, type Sys } from './sys.js';
import {
  MessageWriter,
  messages,
  NLM_F_DUMP_INTR,
  NLM_F_MULTI,
  NLMSG_DONE,
  NLMSG_ERROR,
} from './wire.js';

const EAGAIN = 11;
const RTM_NEWLINK = 16;

/** One datagram of the kernel's, given the sequence number it answers. */
type Answer = (sequence: number) => Buffer;

/** A kernel that answers each datagram from a script. */
class FakeKernel implements Sys {
  readonly receiveBuffer = Buffer.alloc(RECEIVE_BYTES);
  readonly closed: number[] = [];
  /** The numbers of the options that were set. */
  readonly options: number[] = [];
  /** What the pool's threads wait for. */
  pool: Promise<void> = Promise.resolve();
  #opened = 2;
  #queue: Buffer[] = [];
  readonly #script: Answer[][];

  constructor(...script: Answer[][]) {
    this.#script = script;
  }

  socket(): number {
    return ++this.#opened;
  }
  bind(): number {
    return 0;
  }
  connect(): number {
    return 0;
  }
  setsockopt(_fd: number, _level: number, option: number): number {
    this.options.push(option);
    return 0;
  }
  send(_fd: number, bytes: Buffer, length: number): number {
    const [request] = messages(bytes, length);
    const answers = this.#script.shift() ?? [];
    this.#queue.push(...answers.map((answer) => answer(request?.sequence ?? 0)));
    return length;
  }
  async sendOnPool(fd: number, bytes: Buffer, length: number): Promise<number> {
    await this.pool;
    return this.send(fd, bytes, length);
  }
  async recvOnPool(fd: number, into: Buffer): Promise<number> {
    await this.pool;
    const length = this.recv(fd, into);
    return length < 0 ? -EAGAIN : length;
  }
  recv(_fd: number, into: Buffer): number {
    const datagram = this.#queue.shift();
    if (!datagram) return -1;
    datagram.copy(into);
    return datagram.length;
  }
  duplicate(): number {
    return -1;
  }
  pipe(): readonly [number, number] {
    return [-1, -1];
  }
  close(fd: number): number {
    this.closed.push(fd);
    return 0;
  }
  errno(): number {
    return EAGAIN;
  }
}

function datagram(...parts: { type: number; flags?: number; sequence: number; number: number }[]) {
  const out = new MessageWriter();
  for (const { type, flags = 0, sequence, number } of parts) {
    const body = () =>
      void out
        .u32(number >>> 0)
        .u32(number >>> 0)
        .u32(0)
        .u32(0)
        .u32(0);
    out.message({ type, flags, body }, 0, sequence);
  }
  return Buffer.from(out.bytes.subarray(0, out.length));
}

const link =
  (number: number, flags = NLM_F_MULTI): Answer =>
  (sequence) =>
    datagram({ type: RTM_NEWLINK, flags, sequence, number });
const done =
  (errno = 0, flags = NLM_F_MULTI): Answer =>
  (sequence) =>
    datagram({ type: NLMSG_DONE, flags, sequence, number: -errno });
const ack =
  (errno = 0): Answer =>
  (sequence) =>
    datagram({ type: NLMSG_ERROR, sequence, number: -errno });

function fill(out: MessageWriter, bytes: number): void {
  for (let written = 0; written < bytes; written += 4) out.u32(0);
}

function socketOn(kernel: FakeKernel): NetlinkSocket {
  return new NetlinkSocket(kernel, routeSocket);
}

function list(kernel: FakeKernel): number[] {
  return socketOn(kernel).dump('links', getLink(), decodeLinkIndex);
}

function code(act: () => unknown): string | undefined {
  try {
    act();
  } catch (error) {
    if (error instanceof NetlinkError) return error.code;
    throw error;
  }
  return undefined;
}

describe('NetlinkSocket', () => {
  it('reads a listing that comes in pieces', () => {
    expect(list(new FakeKernel([link(1), link(2), done()]))).to.deep.equal([1, 2]);
  });

  it('starts an interrupted listing anew', () => {
    const interrupted = NLM_F_MULTI | NLM_F_DUMP_INTR;
    const kernel = new FakeKernel(
      [link(1), link(2, interrupted), done()],
      [link(1), done(0, interrupted)],
      [link(3), done()],
    );
    expect(list(kernel)).to.deep.equal([3]);
  });

  it('gives up on one that is always interrupted', () => {
    const interrupted = [done(0, NLM_F_MULTI | NLM_F_DUMP_INTR)];
    const kernel = new FakeKernel(...Array.from({ length: 1000 }, () => interrupted));
    expect(code(() => list(kernel))).to.equal('EINTR');
  });

  it('throws the error that a listing begins or ends with', () => {
    expect(code(() => list(new FakeKernel([link(1), done(12)])))).to.equal('ENOMEM');
    expect(code(() => list(new FakeKernel([ack(1)])))).to.equal('EPERM');
  });

  it("passes over what answers another request's number", () => {
    const stale: Answer = (sequence) =>
      datagram({ type: NLMSG_ERROR, sequence: sequence + 7, number: -17 });
    const socket = socketOn(new FakeKernel([stale, ack()]));
    expect(code(() => socket.change('x', removeLink({ index: 1 })))).to.equal(undefined);
  });

  it('lists on another thread, anew where it was interrupted', async () => {
    const kernel = new FakeKernel(
      [link(1, NLM_F_MULTI | NLM_F_DUMP_INTR), done()],
      [link(1), link(2), done()],
    );
    const found = await socketOn(kernel).dumpAsync('links', getLink(), decodeLinkIndex);
    expect(found).to.deep.equal([1, 2]);
  });

  it('says of a listing on another thread why it failed', async () => {
    const code = (kernel: FakeKernel) =>
      socketOn(kernel)
        .dumpAsync('links', getLink(), decodeLinkIndex)
        .catch((error) => error.code);
    expect(await code(new FakeKernel([ack(1)]))).to.equal('EPERM');
    expect(await code(new FakeKernel())).to.equal('EAGAIN');
  });

  it('tells of each of many changes what became of it', () => {
    const later =
      (by: number, errno = 0): Answer =>
      (first) =>
        ack(errno)(first + by);
    // Two datagrams: of 64 changes the second is refused, of one more none.
    const kernel = new FakeKernel([later(1, 19), later(63)], [ack()]);
    const requests = Array.from({ length: 65 }, (_, index) => removeLink({ index }));
    const errnos = socketOn(kernel).changeEach('x', requests);
    expect(errnos).to.deep.equal(requests.map((_, at) => (at === 1 ? 19 : 0)));
  });

  it('asks for room in the queue once, before a datagram that is long', () => {
    const kernel = new FakeKernel([ack()], [ack()], [ack()]);
    const socket = socketOn(kernel);
    kernel.options.length = 0;
    const long = { ...removeLink({ index: 1 }), body: (out: MessageWriter) => fill(out, 10_000) };
    socket.change('x', removeLink({ index: 1 }));
    expect(kernel.options).to.deep.equal([]);
    socket.change('x', long);
    socket.change('x', long);
    expect(kernel.options).to.deep.equal([SO_SNDBUFFORCE]);
  });

  it('never waits for an answer that is not there', () => {
    const socket = socketOn(new FakeKernel());
    expect(code(() => socket.change('x', removeLink({ index: 1 })))).to.equal('EAGAIN');
  });

  it('knows a missing link from a failure', () => {
    const found = new LinkLookup(socketOn(new FakeKernel([ack(19)]))).link('eth0');
    expect(found).to.equal(undefined);
    const failing = new LinkLookup(socketOn(new FakeKernel([ack(1)])));
    expect(code(() => failing.link('eth0'))).to.equal('EPERM');
  });
});

describe('DeleteQueue', () => {
  it('closes its socket only when no thread uses it any more', async () => {
    const kernel = new FakeKernel([ack()], [ack(19)]);
    const gate: { open?: () => void } = {};
    kernel.pool = new Promise((resolve) => {
      gate.open = resolve;
    });
    const queue = new DeleteQueue({ socket: socketOn(kernel) });
    const first = queue.delete('deleteLink a', removeLink({ name: 'a' }));
    const second = queue.delete('deleteLink b', removeLink({ name: 'b' })).catch((e) => e.code);
    queue[Symbol.dispose]();
    await new Promise((resolve) => setImmediate(resolve));
    expect(kernel.closed).to.deep.equal([]);
    gate.open?.();
    await first;
    expect(await second).to.equal('ENODEV');
    await new Promise((resolve) => setImmediate(resolve));
    expect(kernel.closed).to.deep.equal([3]);
  });
});
