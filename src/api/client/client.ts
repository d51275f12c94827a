import type { Duplex } from 'node:stream';
import type { Address } from './address.js';
import { dial } from './dial.js';
import { ApiError } from './errors.js';
import { exchange, type Incoming } from './exchange.js';
import { demultiplex, type Output, unframed } from './frames.js';
import { type Json, parseJson } from './json.js';
import { encodeQuery, type QueryValues } from './query.js';

/** Newest version of the Docker Engine API that this client speaks. */
export const clientApiVersion = '1.48';

/** What goes with a request. */
export interface RequestOptions {
  readonly query?: QueryValues;
  /** Sent as JSON. */
  readonly body?: object;
  /** Sent as it is, instead of `body`. */
  readonly upload?: AsyncIterable<Uint8Array>;
}

/** A connection that belongs to a process: `socket` is its stdin, `output` what it says. */
export interface Hijacked {
  readonly socket: Duplex;
  output(tty: boolean): AsyncIterable<Output>;
}

/** Docker's Engine API over a socket: one connection a request, the version agreed on first. */
export class ApiClient {
  readonly #address: Address;
  readonly #headers: Readonly<Record<string, string>>;
  #version: Promise<string> | undefined;

  /** `version` skips the negotiation; `headers` go with every request. */
  constructor(parts: {
    address: Address;
    version?: string;
    headers?: Readonly<Record<string, string>>;
  }) {
    this.#address = parts.address;
    this.#headers = parts.headers ?? {};
    if (parts.version !== undefined) this.#version = Promise.resolve(parts.version);
  }

  /** `unix:///...`, as given. */
  get host(): string {
    return this.#address.host;
  }

  /** A bare connection, for programs that speak the API themselves. @throws ConnectionFailed */
  connect(): Promise<Duplex> {
    return dial(this.#address);
  }

  /** The version that both sides speak; asks once. @throws ConnectionFailed */
  version(): Promise<string> {
    this.#version ??= this.#negotiate();
    return this.#version;
  }

  /** Sends and reads a JSON answer. @throws ApiError, ConnectionFailed */
  async json<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
    return JSON.parse(await this.text(method, path, options));
  }

  /** As `json`, with long integers exact. @throws ApiError, ConnectionFailed */
  async exact(method: string, path: string, options: RequestOptions = {}): Promise<Json> {
    return parseJson(await this.text(method, path, options));
  }

  /** Sends and reads the whole answer. @throws ApiError, ConnectionFailed */
  async text(method: string, path: string, options: RequestOptions = {}): Promise<string> {
    return collect((await this.stream(method, path, options)).body);
  }

  /** Sends and hands the answer out as it comes. @throws ApiError, ConnectionFailed */
  async stream(method: string, path: string, options: RequestOptions = {}): Promise<Incoming> {
    const response = await this.#exchange(method, path, options, {});
    return refuseErrors(response);
  }

  /** Sends and takes the connection over. @throws ApiError, ConnectionFailed */
  async hijack(path: string, options: RequestOptions = {}): Promise<Hijacked> {
    const response = await refuseErrors(
      await this.#exchange('POST', path, options, { Connection: 'Upgrade', Upgrade: 'tcp' }),
    );
    const { socket } = response;
    return {
      socket,
      output: (tty) => (tty ? unframed(socket) : demultiplex(socket)),
    };
  }

  async #exchange(
    method: string,
    path: string,
    { query = {}, body, upload }: RequestOptions,
    headers: Readonly<Record<string, string>>,
  ): Promise<Incoming> {
    const version = await this.version();
    const payload = upload ?? (body && JSON.stringify(body));
    const type = upload ? 'application/x-tar' : 'application/json';
    return exchange(this.#address, {
      method,
      path: `/v${version}${path}${encodeQuery(query)}`,
      headers: {
        ...this.#headers,
        ...headers,
        ...(payload !== undefined && { 'Content-Type': type }),
      },
      ...(payload !== undefined && { body: payload }),
    });
  }

  async #negotiate(): Promise<string> {
    const headers = this.#headers;
    const ping = await exchange(this.#address, { method: 'HEAD', path: '/_ping', headers });
    ping.close();
    return olderOf(ping.headers['api-version'] ?? clientApiVersion, clientApiVersion);
  }
}

function olderOf(a: string, b: string): string {
  const minor = (version: string) => Number(version.split('.')[1] ?? 0);
  return minor(a) < minor(b) ? a : b;
}

async function collect(body: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

async function refuseErrors(response: Incoming): Promise<Incoming> {
  if (response.status < 400) return response;
  throw new ApiError(response.status, errorText(response.status, await collect(response.body)));
}

/** The text of an error body, `{"message": "..."}`; a body of another shape is its own text. */
function errorText(status: number, text: string): string {
  try {
    const { message } = JSON.parse(text);
    if (typeof message === 'string') return message;
  } catch {
    // Not ours to explain: the text itself is the best there is.
  }
  return text.trim() || `request returned status ${status} without a message`;
}
