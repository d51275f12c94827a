import { request } from 'node:http';

/** An answer of the daemon. */
export interface Answer {
  readonly status: number;
  /** The JSON body, or the text where it is none. */
  readonly body: unknown;
}

/** Docker's HTTP API on a unix socket: a connection a request, so that a killed daemon leaves none behind. */
export class Api {
  readonly #socketPath: string;

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  /** Sends a request. Rejects when the daemon dies before it has answered. */
  ask(method: string, path: string, body?: unknown): Promise<Answer> {
    const text = body === undefined ? '' : JSON.stringify(body);
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
    };
    const { promise, resolve, reject } = defer<Answer>();
    const options = { socketPath: this.#socketPath, method, path, headers, agent: false } as const;
    const sent = request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('close', () => {
        if (!response.complete) reject(new Error(`${method} ${path}: cut short`));
        resolve({ status: response.statusCode ?? 0, body: decoded(Buffer.concat(chunks)) });
      });
    });
    sent.on('error', reject);
    sent.end(text);
    return promise;
  }

  /** A request that must succeed (status below 400). @throws Error with the daemon's message */
  async must<T = unknown>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.ask(method, path, body);
    if (answer.status < 400) return answer.body as T;
    throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  }
}

function defer<T>(): {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (error: unknown) => void;
} {
  let resolve: (value: T) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

function decoded(bytes: Buffer): unknown {
  const text = bytes.toString();
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}
