import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** What is sent beside method and path. An object goes as JSON. */
export interface Sent {
  readonly body?: string | Buffer | object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** How long an answer may take. */
const TIMEOUT_MS = 40_000;

/** An answer whose head has come. */
export interface Begun {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The body, once it is whole. */
  readonly text: Promise<string>;
}

/** One HTTP request on the daemon's socket, with nothing between the test and the wire but Node. */
export async function send(socketPath: string, line: string, sent: Sent = {}): Promise<Answer> {
  const { status, headers, text } = await begin(socketPath, line, sent);
  return { status, headers, text: await text };
}

/** The same up to the head of the answer. */
export function begin(socketPath: string, line: string, sent: Sent = {}): Promise<Begun> {
  const [method = 'GET', path = '/'] = line.split(' ');
  const raw = typeof sent.body === 'string' || Buffer.isBuffer(sent.body);
  const body = sent.body === undefined || raw ? sent.body : JSON.stringify(sent.body);
  const type = sent.body === undefined || raw ? {} : { 'Content-Type': 'application/json' };
  return new Promise((resolve, reject) => {
    const headers = { ...type, ...sent.headers };
    const call = request({ socketPath, method, path, headers, timeout: TIMEOUT_MS, agent: false });
    call.on('timeout', () => call.destroy(new Error(`no answer in time: ${line}`)));
    call.on('error', reject);
    call.on('response', (response) => {
      const text = textOf(response);
      // Whoever waits for it is told.
      text.catch(() => {});
      resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
    });
    call.end(body);
  });
}

async function textOf(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part);
  return Buffer.concat(parts).toString();
}

/** A connection that speaks bytes: for what is not HTTP any more after its head. */
export class RawConnection implements Disposable {
  readonly #socket: ReturnType<typeof connect>;
  #received = Buffer.alloc(0);
  #first: Buffer | undefined;
  #ended = false;

  /**
   * Opens one and sends lines of a request's head, an empty line, and what follows. With `isDeaf` not a byte is taken
   * from the kernel before {@link read}.
   */
  constructor(
    socketPath: string,
    head: readonly string[],
    { after = '', isDeaf = false }: { after?: string | Buffer; isDeaf?: boolean } = {},
  ) {
    this.#socket = connect({ path: socketPath, allowHalfOpen: true });
    // Otherwise Node reads ahead as soon as it is connected.
    this.#socket.pause();
    if (!isDeaf) this.read();
    this.#socket.on('error', () => {
      this.#ended = true;
    });
    this.#socket.on('end', () => {
      this.#ended = true;
    });
    this.write(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), Buffer.from(after)]));
  }

  write(data: string | Buffer): void {
    this.#socket.write(data);
  }

  /** Sends no more; the other direction stays open. */
  end(): void {
    this.#socket.end();
  }

  read(): void {
    this.#socket.on('data', (part: Buffer) => {
      this.#first ??= part;
      this.#received = Buffer.concat([this.#received, part]);
    });
    this.#socket.resume();
  }

  /** All that its first read gave. */
  get first(): string {
    return String(this.#first ?? '');
  }

  /** The answer's head, as text. */
  async head(): Promise<string> {
    await this.until(() => this.#received.includes('\r\n\r\n'));
    return this.#received.subarray(0, this.#received.indexOf('\r\n\r\n')).toString();
  }

  /** What has come after the head. */
  get body(): Buffer {
    const at = this.#received.indexOf('\r\n\r\n');
    return at < 0 ? Buffer.alloc(0) : this.#received.subarray(at + 4);
  }

  /** All that comes after the head, once the daemon has closed. */
  async whole(): Promise<Buffer> {
    await this.until(() => this.#ended);
    return this.body;
  }

  /** Waits for something to be true of what has come. @throws Error when it takes too long */
  async until(isTrue: () => boolean): Promise<void> {
    const deadline = performance.now() + TIMEOUT_MS;
    while (!isTrue()) {
      if (performance.now() > deadline) throw new Error(`not seen in: ${this.#received}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}

/** One frame of a multiplexed stream. */
export interface Frame {
  /** 1 output, 2 errors. */
  readonly stream: number;
  readonly text: string;
}

/** Takes a multiplexed stream apart; neighbours of one stream are joined. @throws Error if it isn't one */
export function frames(bytes: Buffer): Frame[] {
  const found: Frame[] = [];
  for (let at = 0; at < bytes.length; ) {
    const stream = bytes.readUInt8(at);
    if (stream > 2 || bytes.readUIntBE(at + 1, 3) !== 0)
      throw new Error(`no frame at ${at}: ${bytes}`);
    const end = at + 8 + bytes.readUInt32BE(at + 4);
    const text = bytes.subarray(at + 8, end).toString();
    const last = found.at(-1);
    if (last?.stream === stream) found[found.length - 1] = { stream, text: last.text + text };
    else found.push({ stream, text });
    at = end;
  }
  return found;
}
