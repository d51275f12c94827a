import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { answerOf, type Recorded } from './answers.js';
import { hijack } from './processes.js';

/**
 * A daemon for tests: it answers from a table, and remembers what it was asked. The real docker CLI and ours are
 * run against it; both must ask and print the same.
 */
export class FakeDaemon {
  readonly requests: Recorded[] = [];
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.#server.on('upgrade', (request, socket, head) => {
      if (head.length > 0) socket.unshift(head);
      void this.#upgrade(request, socket);
    });
  }

  listen(path: string): Promise<void> {
    return new Promise((resolve) => this.#server.listen(path, resolve));
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  /** What was asked since the last call, without pings. */
  take(): Recorded[] {
    return this.requests.splice(0).filter(({ path }) => path !== '/_ping');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const recorded = this.#record(request, Buffer.concat(parts).toString());
    const { status, body, raw, afterMs } = answerOf(recorded);
    response.writeHead(status, {
      'Api-Version': '1.48',
      'Docker-Experimental': 'false',
      Ostype: 'linux',
      'Content-Type': raw?.type ?? 'application/json',
    });
    if (afterMs !== undefined) {
      response.flushHeaders();
      await new Promise((done) => setTimeout(done, afterMs));
    }
    if (raw) response.end(raw.bytes);
    else response.end(body === undefined ? undefined : `${JSON.stringify(body)}\n`);
  }

  async #upgrade(request: IncomingMessage, socket: Duplex): Promise<void> {
    socket.on('error', () => socket.destroy());
    const length = Number(request.headers['content-length'] ?? 0);
    const body = length > 0 ? await readExactly(socket, length) : '';
    const recorded = this.#record(request, body);
    const { status, body: refused } = answerOf(recorded);
    if (status >= 300) {
      const text = `${JSON.stringify(refused)}\n`;
      socket.end(
        `HTTP/1.1 ${status} Error\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
      );
      return;
    }
    socket.write(
      'HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.multiplexed-stream\r\n' +
        'Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n',
    );
    hijack(recorded, socket);
  }

  #record(request: IncomingMessage, text: string): Recorded {
    const url = new URL(request.url ?? '/', 'http://fake');
    const recorded: Recorded = {
      method: request.method ?? 'GET',
      path: url.pathname.replace(/^\/v[\d.]+/, ''),
      query: Object.fromEntries([...url.searchParams].sort(([a], [b]) => (a < b ? -1 : 1))),
      body: parse(text),
    };
    this.requests.push(recorded);
    return recorded;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

async function readExactly(socket: Duplex, length: number): Promise<string> {
  for (;;) {
    const part: Buffer | null = socket.read(length);
    if (part !== null) return part.toString();
    await new Promise((ready) => socket.once('readable', ready));
  }
}
