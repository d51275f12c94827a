import type { Duplex, Writable } from 'node:stream';
import type { AttachedStreams, OutputChunk, OutputStream } from './backend.js';
import type { LogStream } from './backends/logs.js';
import { compareVersions } from './version.js';

const streamNumbers = { stdout: 1, stderr: 2 } as const;
const headerBytes = 8;

/** Docker's frame: stream number, three zero bytes, length (big endian), data. */
export function frame({ stream, data }: OutputChunk): Buffer {
  const header = Buffer.alloc(8);
  header[0] = streamNumbers[stream];
  header.writeUInt32BE(data.length, 4);
  return Buffer.concat([header, data]);
}

/** The same for many pieces at once. */
function frames(chunks: readonly OutputChunk[]): Buffer {
  const length = chunks.reduce((sum, { data }) => sum + headerBytes + data.length, 0);
  const all = Buffer.allocUnsafe(length);
  let at = 0;
  for (const { stream, data } of chunks) {
    all.writeUInt32BE(streamNumbers[stream] << 24, at);
    all.writeUInt32BE(data.length, at + 4);
    data.copy(all, at + headerBytes);
    at += headerBytes + data.length;
  }
  return all;
}

/** The media type of a stream; clients before API 1.42 know just the raw one. */
export function streamType(tty: boolean, version: string): string {
  const multiplexed = !tty && compareVersions(version, '1.42') >= 0;
  return `application/vnd.docker.${multiplexed ? 'multiplexed' : 'raw'}-stream`;
}

/** Writes output until it ends or the client goes away; framed unless it comes from a terminal. */
export function pump(output: OutputStream, to: Writable): Promise<void> {
  const { tty, chunks } = output;
  return pumpAll(
    output,
    to,
    mapped(chunks, (chunk) => (tty ? chunk.data : frame(chunk))),
  );
}

/** The same for output that comes in batches: each is written at once. */
export function pumpBatches(output: LogStream, to: Writable): Promise<void> {
  const bytes = output.tty
    ? (batch: readonly OutputChunk[]) => Buffer.concat(batch.map(({ data }) => data))
    : frames;
  return pumpAll(output, to, mapped(output.batches, bytes));
}

async function* mapped<T>(
  items: AsyncIterable<T>,
  by: (item: T) => Buffer,
): AsyncGenerator<Buffer> {
  for await (const item of items) yield by(item);
}

async function pumpAll(
  output: { abort(): void },
  to: Writable,
  pieces: AsyncIterable<Buffer>,
): Promise<void> {
  const gone = () => output.abort();
  to.once('close', gone);
  try {
    for await (const bytes of pieces) {
      if (to.destroyed) break;
      if (!to.write(bytes)) await writable(to);
    }
  } finally {
    to.off('close', gone);
  }
}

/** Resolves when more can be written, or never will because the other side has gone. */
export function writable(to: Writable): Promise<void> {
  if (to.destroyed) return Promise.resolve();
  return new Promise((done) => {
    const settle = () => {
      to.off('drain', settle);
      to.off('close', settle);
      done();
    };
    to.on('drain', settle);
    to.on('close', settle);
  });
}

/** A hijacked connection, whose answer has been sent. */
export interface Connection {
  readonly socket: Duplex;
  /** Resolves when the client has read the answer, or never will. */
  untilRead(): Promise<void>;
}

/** Joins a hijacked connection with a process: output to the client, the client's bytes to stdin. */
export async function join(
  streams: AttachedStreams,
  { socket, untilRead }: Connection,
  patience: Patience = usual,
): Promise<void> {
  const { stdin } = streams;
  socket.on('data', (data: Buffer) => {
    if (!stdin || stdin.write(data)) return;
    socket.pause();
    stdin.once('drain', () => socket.resume());
  });
  // Reading the request's body may have left the socket paused.
  socket.resume();
  // A terminal has no end of input: a client that ends what it sends has just detached. One that only listens
  // has nothing to send, and may say so at once.
  socket.once('end', () => {
    if (streams.tty && stdin) streams.abort();
    else stdin?.end();
    noticeLoss(socket, patience);
  });
  socket.on('error', () => streams.abort());
  const { tty, chunks } = streams;
  const output = { tty, chunks: heldBack(chunks, untilRead), abort: () => streams.abort() };
  await pump(output, socket);
  socket.end(() => leave(socket, patience));
}

/**
 * Output whose first piece waits. Some clients (docker-py) read the answer's head into a buffer that they then forget,
 * with all that has come behind it.
 */
async function* heldBack(
  chunks: AsyncIterable<OutputChunk>,
  untilRead: () => Promise<void>,
): AsyncGenerator<OutputChunk> {
  let isFirst = true;
  for await (const chunk of chunks) {
    if (isFirst) await untilRead();
    isFirst = false;
    yield chunk;
  }
}

/** What is borne of clients. */
export interface Patience {
  /** How often one is looked for that has sent all it will. */
  readonly lookMs: number;
  /** How long one may keep the connection open that has been sent everything. */
  readonly lingerMs: number;
}

const usual: Patience = { lookMs: 5000, lingerMs: 10_000 };

/**
 * A client that ends what it sends may have gone altogether, which the kernel tells of when something is written: nothing
 * does. While the process is silent nobody would notice, and the connections of both would stay open.
 */
function noticeLoss(socket: Duplex, { lookMs }: Patience): void {
  const timer = setInterval(() => {
    if (!socket.writableEnded) socket.write(Buffer.alloc(0));
  }, lookMs).unref();
  socket.once('close', () => clearInterval(timer));
  if (socket.destroyed) clearInterval(timer);
}

/** All is sent; what the client still sends is for nobody. */
function leave(socket: Duplex, { lingerMs }: Patience): void {
  if (socket.destroyed) return;
  const timer = setTimeout(() => socket.destroy(), lingerMs).unref();
  socket.once('close', () => clearTimeout(timer));
}
