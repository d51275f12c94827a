import { PassThrough } from 'node:stream';
import { Conflict, NotFound, NotModified } from '../../base/errors.js';
import type { AttachedStreams, Backends, ExecStart, OutputChunk } from './backend.js';
import type { LogStream } from './backends/logs.js';

/** Backends of which only what is asked here exists; every call is written down. */
export class FakeBackends {
  readonly calls: unknown[][] = [];
  tty = false;
  /** What a process is told; its output says it back. */
  readonly stdin = new PassThrough();
  /** Events that go out before the stream waits for its client to go. */
  readonly events: object[] = [{ Action: 'create' }];
  /** Whether the client of the events went. */
  isGone = false;

  /** The rest of the backends is never asked. */
  get backends(): Backends {
    return {
      containers: {
        list: async (query: unknown) => this.#note('list', [], query),
        create: async (name: unknown, body: unknown) =>
          this.#note('create', { Id: 'new', Warnings: [] }, name, body),
        start: async (ref: string) => this.#start(ref),
        stop: async (ref: string, options: unknown) => this.#note('stop', undefined, ref, options),
        wait: async (ref: string) => {
          if (ref === 'nope') throw new NotFound('No such container: nope');
          return { result: new Promise((done) => setTimeout(() => done({ StatusCode: 3 }), 20)) };
        },
        attach: async (ref: string, query: unknown) => {
          if (ref === 'nope') throw new NotFound('No such container: nope');
          return this.#note('attach', this.#echo(), query);
        },
        execStart: async (id: string, { accepted, ...options }: ExecStart) => {
          if (!options.detach) accepted?.(this.tty);
          return this.#note('execStart', options.detach ? undefined : this.#echo(), id, options);
        },
      },
      logs: {
        logs: async (_ref: string, query: unknown) => this.#note('logs', this.#output(), query),
      },
      networks: {},
      images: {},
      system: {
        version: async () => ({ Version: 'x' }),
        events: ({ signal }: { signal: AbortSignal }) => this.#events(signal),
      },
    } as unknown as Backends;
  }

  #note<T>(call: string, answer: T, ...args: unknown[]): T {
    this.calls.push([call, ...args]);
    return answer;
  }

  #start(ref: string): void {
    if (ref === 'nope') throw new NotFound('No such container: nope');
    if (ref === 'running') throw new NotModified('it runs');
    if (ref === 'taken') throw new Conflict('port is already allocated');
    if (ref === 'broken') throw new TypeError('a bug');
  }

  #output(): LogStream {
    async function* batches(): AsyncGenerator<OutputChunk[]> {
      yield [
        { stream: 'stdout', data: Buffer.from('out\n') },
        { stream: 'stderr', data: Buffer.from('err\n') },
      ];
    }
    return { tty: this.tty, batches: batches(), abort() {} };
  }

  #echo(): AttachedStreams {
    const { stdin } = this;
    async function* chunks(): AsyncGenerator<OutputChunk> {
      for await (const data of stdin) yield { stream: 'stdout', data };
    }
    return { tty: this.tty, chunks: chunks(), stdin, abort: () => void stdin.end() };
  }

  async *#events(signal: AbortSignal) {
    yield* this.events;
    await new Promise((done) => signal.addEventListener('abort', done));
    this.isGone = true;
  }
}
