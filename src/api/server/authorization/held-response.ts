import { type IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { isJson } from '../content-type.js';
import type { AnswerCheck } from './chain.js';

/** What is answered instead of what was refused: JSON. */
export type Refusal = (error: unknown) => { readonly status: number; readonly text: string };

/** What happened so far to an answer that has to be allowed. */
type State = 'free' | 'held' | 'asking' | 'refused';

/**
 * A response that can be held until somebody has allowed it. What is answered in one piece is shown with its body; of a
 * stream the head alone, before its first byte is sent. Until then the writer is told to wait.
 */
export class HeldResponse extends ServerResponse<IncomingMessage> {
  #state: State = 'free';
  #check: AnswerCheck = async () => {};
  #refusal: Refusal = () => ({ status: 500, text: '' });
  readonly #pending: Buffer[] = [];
  #isEnded = false;

  /** From now on nothing leaves before `check` has allowed it; otherwise `refusal` is the answer. */
  hold(check: AnswerCheck, refusal: Refusal): void {
    this.#state = 'held';
    this.#check = check;
    this.#refusal = refusal;
    // A field of Node's that is an accessor of the prototype: handlers ask it whether the status can still be chosen.
    Object.defineProperty(this, 'headersSent', {
      configurable: true,
      get: () => this.#state === 'asking' || this.#state === 'refused',
    });
  }

  override writeHead(status: number, ...rest: readonly unknown[]): this {
    const headers = rest.at(-1);
    if (this.#state === 'refused') return this;
    if (this.#state === 'free') {
      return super.writeHead(status, asHeaders(headers));
    }
    this.statusCode = status;
    for (const [name, value] of Object.entries(asHeaders(headers))) {
      if (value !== undefined) this.setHeader(name, value);
    }
    return this;
  }

  override flushHeaders(): void {
    if (this.#state === 'free') super.flushHeaders();
    else this.#ask(undefined);
  }

  override write(chunk: unknown, ...rest: readonly unknown[]): boolean {
    const done = rest.find(isCallback);
    if (this.#state === 'free') return super.write(bytesOf(chunk, rest[0]), done);
    if (this.#state === 'refused') return true;
    this.#pending.push(bytesOf(chunk, rest[0]));
    this.#ask(undefined);
    done?.();
    return false;
  }

  override end(...args: readonly unknown[]): this {
    const done = args.find(isCallback);
    const [chunk, encoding] = args.filter((arg) => !isCallback(arg));
    const last = chunk === undefined || chunk === null ? undefined : bytesOf(chunk, encoding);
    if (this.#state === 'free') return last ? super.end(last, done) : super.end(done);
    if (this.#state === 'refused') return this;
    if (last) this.#pending.push(last);
    if (done) this.once('finish', done);
    this.#isEnded = true;
    if (this.#state === 'held') {
      const shown = isJson(String(this.getHeader('content-type') ?? ''));
      this.#ask(shown ? Buffer.concat(this.#pending) : undefined);
    }
    return this;
  }

  #ask(body: Buffer | undefined): void {
    if (this.#state !== 'held') return;
    this.#state = 'asking';
    const answer = {
      status: this.statusCode,
      headers: this.getHeaders(),
      ...(body && { body }),
    };
    this.#check(answer).then(
      () => this.#release(),
      (error: unknown) => this.#deny(error),
    );
  }

  #release(): void {
    this.#free();
    if (this.destroyed) return;
    super.flushHeaders();
    for (const part of this.#pending.splice(0)) super.write(part);
    if (this.#isEnded) super.end();
    else this.emit('drain');
  }

  /** What the handler goes on to write is not wanted any more. */
  #deny(error: unknown): void {
    const { status, text } = this.#refusal(error);
    this.#free();
    this.#state = 'refused';
    this.#pending.length = 0;
    super.writeHead(status, {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(text),
    });
    super.end(text);
    this.emit('drain');
  }

  #free(): void {
    this.#state = 'free';
    Reflect.deleteProperty(this, 'headersSent');
  }
}

function isCallback(value: unknown): value is () => void {
  return typeof value === 'function';
}

function asHeaders(value: unknown): OutgoingHttpHeaders {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function bytesOf(chunk: unknown, encoding: unknown): Buffer {
  if (Buffer.isBuffer(chunk)) return chunk;
  if (chunk instanceof Uint8Array) return Buffer.from(chunk);
  const isText = typeof encoding === 'string' && Buffer.isEncoding(encoding);
  return Buffer.from(String(chunk), isText ? encoding : 'utf8');
}
