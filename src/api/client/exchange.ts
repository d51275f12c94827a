import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import type { Address } from './address.js';
import { ChunkedDecoder, encodeChunk } from './chunked.js';
import { dial } from './dial.js';
import { type Head, parseHead, requestHead } from './head.js';

/** A request, ready for the wire. */
export interface Outgoing {
  readonly method: string;
  /** With version and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Text goes with its length; anything else is sent in chunks, as fast as the daemon takes it. */
  readonly body?: string | AsyncIterable<Uint8Array>;
}

/** A response whose head has come. Read the body to its end, or call `close`. */
export interface Incoming extends Head {
  readonly body: AsyncIterable<Buffer>;
  /** The bare connection. After an upgrade it is a stream both ways, and what came with the head is still to be read from it. */
  readonly socket: Duplex;
  close(): void;
}

/**
 * Sends one request on a connection of its own and waits for the head of the response. `node:http` would do the
 * same but adds 25 ms to every start of the CLI; it takes these few lines to do without.
 * @throws ConnectionFailed
 */
export async function exchange(address: Address, request: Outgoing): Promise<Incoming> {
  const socket = await dial(address);
  const { body } = request;
  const upgrade = request.headers['Upgrade'] !== undefined;
  socket.write(
    requestHead(request.method, request.path, {
      Host: 'docker',
      ...(!upgrade && { Connection: 'close' }),
      ...request.headers,
      ...bodyHeaders(request.method, body),
    }) + (typeof body === 'string' ? body : ''),
  );
  const sending = typeof body === 'object' ? sendChunks(socket, body) : undefined;
  // A daemon that refuses an upload answers before it has read it all: the answer counts, not the broken pipe.
  sending?.catch(() => undefined);
  const head = await readHead(socket);
  return {
    ...head,
    body: readBody(socket, request.method, head),
    socket,
    close: () => socket.destroy(),
  };
}

function bodyHeaders(method: string, body: Outgoing['body']): Record<string, string> {
  if (typeof body === 'string') return { 'Content-Length': String(Buffer.byteLength(body)) };
  if (body !== undefined) return { 'Transfer-Encoding': 'chunked' };
  return method === 'POST' ? { 'Content-Length': '0' } : {};
}

async function sendChunks(socket: Duplex, body: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const part of body) {
    if (part.length > 0 && !socket.write(encodeChunk(part))) await once(socket, 'drain');
  }
  socket.write(encodeChunk(Buffer.alloc(0)));
}

const noAnswer =
  'the daemon closed the connection without an answer: if it wants TLS, use --tlsverify';

/** Reads up to the empty line and puts back what follows it. */
async function readHead(socket: Duplex): Promise<Head> {
  let seen = Buffer.alloc(0);
  for (;;) {
    const part = await nextPart(socket);
    if (part === undefined) throw socket.errored ?? new Error(noAnswer);
    seen = Buffer.concat([seen, part]);
    const end = seen.indexOf('\r\n\r\n');
    if (end < 0) continue;
    const head = parseHead(seen.toString('latin1', 0, end));
    if (!head) throw new Error('the answer of the daemon is not HTTP');
    if (seen.length > end + 4) socket.unshift(seen.subarray(end + 4));
    return head;
  }
}

/** The next bytes; undefined at the end. */
async function nextPart(socket: Duplex): Promise<Buffer | undefined> {
  for (;;) {
    const part: Buffer | null = socket.read();
    if (part !== null) return part;
    if (socket.readableEnded || socket.destroyed) return undefined;
    await new Promise<void>((resolve) => {
      const settle = () => {
        for (const event of wakeUps) socket.off(event, settle);
        resolve();
      };
      for (const event of wakeUps) socket.on(event, settle);
    });
  }
}

const wakeUps = ['readable', 'end', 'close', 'error'] as const;

/** Statuses without a body: RFC 9112, 6.3. */
const bodiless = [204, 304];

async function* readBody(socket: Duplex, method: string, head: Head): AsyncGenerator<Buffer> {
  try {
    if (method === 'HEAD' || bodiless.includes(head.status)) return;
    if (head.headers['transfer-encoding']?.toLowerCase() === 'chunked') yield* readChunked(socket);
    else yield* readLength(socket, head.headers['content-length']);
  } finally {
    socket.destroy();
  }
}

async function* readChunked(socket: Duplex): AsyncGenerator<Buffer> {
  const decoder = new ChunkedDecoder();
  while (!decoder.done) {
    const part = await nextPart(socket);
    if (part === undefined) throw new Error('unexpected EOF');
    yield* decoder.push(part);
  }
}

/** A body of a known length, or without one up to the end of the connection. */
async function* readLength(socket: Duplex, length: string | undefined): AsyncGenerator<Buffer> {
  let missing = length === undefined ? Number.POSITIVE_INFINITY : Number(length);
  while (missing > 0) {
    const part = await nextPart(socket);
    if (part === undefined) {
      if (length === undefined) return;
      throw new Error('unexpected EOF');
    }
    missing -= part.length;
    yield part;
  }
}
