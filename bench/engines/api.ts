import { Agent, type IncomingMessage, request } from 'node:http';

/** The version that both engines speak; the newest that dockerd 20.10 knows. */
const API_VERSION = 'v1.41';

/** A request that takes longer has failed. Removing hundreds of published ports is slow on dockerd. */
const TIMEOUT_MS = 120_000;

/** An answer of status 400 and above. */
export class ApiFailure extends Error {
  readonly status: number;

  constructor(what: string, status: number, body: string) {
    super(`${what}: status ${status}: ${body.trim()}`);
    this.status = status;
  }
}

/** One engine's HTTP API over its unix socket; connections are kept and used again. */
export class Api {
  readonly #socketPath: string;
  #agent = new Agent({ keepAlive: true });

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  /** Sends `body` as JSON (a Buffer: as a tar archive) and reads the answer to its end. @throws ApiFailure */
  async send(method: string, path: string, body?: unknown): Promise<string> {
    return this.#exchange(method, path, body, this.#agent);
  }

  /** The same on a connection of its own: for answers that are streams until the connection closes. */
  async sendAlone(method: string, path: string, body?: unknown): Promise<string> {
    return this.#exchange(method, path, body, false);
  }

  /** Reads an answer to its end and keeps none of it: how many bytes there were. @throws ApiFailure */
  async length(path: string): Promise<number> {
    return this.#read('GET', path, { agent: false }, lengthOf);
  }

  /** Sends and decodes the answer. @throws ApiFailure */
  async json<T>(method: string, path: string, body?: unknown): Promise<T> {
    return JSON.parse(await this.send(method, path, body)) as T;
  }

  /** Whether the daemon takes requests now. Uses a new connection. */
  async pings(): Promise<boolean> {
    try {
      return (await this.sendAlone('GET', '/_ping')) === 'OK';
    } catch {
      return false;
    }
  }

  /** Closes all connections; the next request opens a new one. */
  close(): void {
    this.#agent.destroy();
    this.#agent = new Agent({ keepAlive: true });
  }

  #exchange(method: string, path: string, body: unknown, agent: Agent | false): Promise<string> {
    return this.#read(method, path, { body, agent }, readAll);
  }

  #read<T>(
    method: string,
    path: string,
    { body, agent }: { readonly body?: unknown; readonly agent: Agent | false },
    read: (answer: IncomingMessage, what: string) => Promise<T>,
  ): Promise<T> {
    const payload = encode(body);
    const headers = payload
      ? { 'Content-Type': payload.type, 'Content-Length': payload.bytes.length }
      : { 'Content-Length': 0 };
    const options = {
      socketPath: this.#socketPath,
      path: `/${API_VERSION}${path}`,
      timeout: TIMEOUT_MS,
      method,
      headers,
      agent,
    };
    return new Promise((resolve, reject) => {
      const outgoing = request(options, (answer) => {
        read(answer, `${method} ${path}`).then(resolve, reject);
      });
      outgoing.on('timeout', () => outgoing.destroy(new Error(`${method} ${path}: no answer`)));
      outgoing.on('error', reject);
      outgoing.end(payload?.bytes);
    });
  }
}

function encode(body: unknown): { type: string; bytes: Buffer } | undefined {
  if (body === undefined) return undefined;
  return Buffer.isBuffer(body)
    ? { type: 'application/x-tar', bytes: body }
    : { type: 'application/json', bytes: Buffer.from(JSON.stringify(body)) };
}

async function readAll(answer: IncomingMessage, what: string): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  const status = answer.statusCode ?? 0;
  if (status >= 400) throw new ApiFailure(what, status, text);
  return text;
}

async function lengthOf(answer: IncomingMessage, what: string): Promise<number> {
  const status = answer.statusCode ?? 0;
  if (status >= 400) throw new ApiFailure(what, status, await readAll(answer, what));
  let length = 0;
  for await (const chunk of answer) length += (chunk as Buffer).length;
  return length;
}
