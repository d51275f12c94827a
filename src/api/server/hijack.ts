import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { InvalidParameter } from '../../base/errors.js';
import { maxBytes } from './body.js';
import type { HijackCall } from './router.js';
import { errorAnswer } from './status.js';

/** Answers that the connection is now the process's: 101 to those who asked for an upgrade, 200 to others. */
export function acceptHijack({ socket, upgraded }: HijackCall, type: string): void {
  const head = upgraded
    ? ['HTTP/1.1 101 UPGRADED', `Content-Type: ${type}`, 'Connection: Upgrade', 'Upgrade: tcp']
    : ['HTTP/1.1 200 OK', `Content-Type: ${type}`];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
}

/** How many of the bytes that were sent the client has not read yet; 0 where that can't be known. */
export type CountUnread = (socket: Duplex) => number;

/** How often a client is looked at that is slow to read: soon, then ever later. */
const lookMs = { first: 1, last: 20 } as const;

/** Resolves when the client has read all that it was sent, or has gone. */
export async function untilRead(socket: Duplex, unread: CountUnread): Promise<void> {
  const isRead = () => socket.destroyed || (socket.writableLength === 0 && unread(socket) === 0);
  for (let ms: number = lookMs.first; !isRead(); ms = Math.min(2 * ms, lookMs.last))
    await delay(ms);
}

/**
 * Takes the connection of a request that came without `Upgrade`, as Docker's oldest clients send it: from here
 * on its bytes are not HTTP. Node gives the bytes to whoever listens for `data` once its own listeners are gone.
 */
export function takeConnection(request: IncomingMessage, response: ServerResponse): Duplex {
  const { socket } = request;
  response.detachSocket(socket);
  socket.removeAllListeners('data');
  // Node's own answer to the client's end of input is to end the other direction as well.
  socket.removeAllListeners('end');
  // The parser reads past the stream until somebody listens: what comes before that waits.
  socket.on('data', ignore).pause();
  socket.off('data', ignore);
  socket.setTimeout(0);
  return socket;
}

/** Nothing comes to it: the stream is paused at once. */
function ignore(): void {}

/** Answers with an error on a connection that has no HTTP response object any more. */
export function refuseHijack(
  socket: Duplex,
  error: unknown,
  headers: Readonly<Record<string, string>>,
): void {
  const { status, body } = errorAnswer(error);
  const text = `${JSON.stringify(body)}\n`;
  const head = Object.entries({
    ...headers,
    'Content-Type': 'application/json',
    'Content-Length': String(Buffer.byteLength(text)),
    Connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} Error\r\n${head.join('')}\r\n${text}`);
}

/**
 * The request's body when the HTTP parser has let go of the connection after the headers: exactly
 * `Content-Length` bytes. What follows them is put back and belongs to the stream.
 * @throws InvalidParameter for a body without a length, which would be taken for the stream, and for one that is too large
 */
export async function bodyOfHijacked(request: IncomingMessage, socket: Duplex): Promise<string> {
  if (request.headers['transfer-encoding'] !== undefined) {
    throw new InvalidParameter('the body of a request with Upgrade needs a Content-Length');
  }
  const length = Number(request.headers['content-length'] ?? 0);
  if (length > maxBytes) {
    throw new InvalidParameter(`request body is larger than ${maxBytes} bytes`);
  }
  const parts: Buffer[] = [];
  let missing = length;
  while (missing > 0) {
    const part = await nextPart(socket);
    if (part === undefined) break;
    parts.push(part.subarray(0, missing));
    if (part.length > missing) socket.unshift(part.subarray(missing));
    missing -= Math.min(missing, part.length);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** The next bytes; undefined at the end. */
async function nextPart(socket: Duplex): Promise<Buffer | undefined> {
  for (;;) {
    const part: Buffer | null = socket.read();
    if (part !== null) return part;
    if (socket.readableEnded || socket.destroyed) return undefined;
    await new Promise<void>((done) => {
      const settle = () => {
        for (const event of ['readable', 'end', 'close', 'error']) socket.off(event, settle);
        done();
      };
      for (const event of ['readable', 'end', 'close', 'error']) socket.on(event, settle);
    });
  }
}
