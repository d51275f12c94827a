import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { System } from '../../../base/errors.js';
import type { Extracted, Extractor, ExtractRequest, TarSource } from './extract.js';
import { chunksInFlight, errorOf, type FromWorker, type ToWorker } from './worker-messages.js';

/** An extraction that the worker has not answered yet. */
interface Task {
  readonly resolve: (extracted: Extracted) => void;
  readonly reject: (error: unknown) => void;
  /** More chunks may be sent. */
  readonly taken: () => void;
}

/** Beside this file, also when both were bundled. */
function besideThisFile(): URL {
  return new URL(`./layer-worker${extname(new URL(import.meta.url).pathname)}`, import.meta.url);
}

/** Extracts in a worker thread, started at the first need and kept. */
export class WorkerExtractor implements Extractor, AsyncDisposable {
  readonly #script: URL;
  #worker: Worker | undefined;
  #lastTask = 0;
  readonly #tasks = new Map<number, Task>();

  /** `script` is the compiled `layer-worker`; by default the one beside this file. */
  constructor({ script = besideThisFile() }: { readonly script?: URL } = {}) {
    this.#script = script;
  }

  async extract(source: TarSource, request: ExtractRequest): Promise<Extracted> {
    const worker = this.#running();
    const task = ++this.#lastTask;
    const credit = new Credit(chunksInFlight);
    const answer = new Promise<Extracted>((resolve, reject) => {
      this.#tasks.set(task, { resolve, reject, taken: () => credit.give() });
    });
    // Keeps the process alive for as long as someone waits.
    worker.ref();
    try {
      const file = 'file' in source ? { file: source.file } : {};
      post(worker, { task, kind: 'start', request, ...file });
      if ('file' in source) return await answer;
      return await this.#feed({ worker, task, credit, source, answer });
    } finally {
      this.#tasks.delete(task);
      if (this.#tasks.size === 0) worker.unref();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker?.terminate();
  }

  async #feed(feed: Feed): Promise<Extracted> {
    const { worker, task, answer, credit } = feed;
    const settled = answer.then(
      () => credit.close(),
      () => credit.close(),
    );
    try {
      for await (const chunk of feed.source) {
        // The worker may have failed already; then nobody wants the rest.
        if (!(await credit.take())) break;
        post(worker, { task, kind: 'chunk', chunk });
      }
    } catch (error) {
      post(worker, { task, kind: 'abort' });
      await settled;
      throw error;
    }
    post(worker, { task, kind: 'end' });
    return await answer;
  }

  #running(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(this.#script);
    worker.unref();
    worker.on('message', (message: FromWorker) => this.#receive(message));
    worker.on('error', (error) => this.#lost(worker, error));
    worker.on('exit', () => this.#lost(worker, undefined));
    this.#worker = worker;
    return worker;
  }

  #receive(message: FromWorker): void {
    const task = this.#tasks.get(message.task);
    if (message.kind === 'taken') task?.taken();
    else if (message.kind === 'done') task?.resolve(message.extracted);
    else task?.reject(errorOf(message.failure));
  }

  #lost(worker: Worker, cause: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    for (const task of this.#tasks.values())
      task.reject(new System('the thread that extracts layers has ended', { cause }));
  }
}

/** Everything about the sending of one source. */
interface Feed {
  readonly worker: Worker;
  readonly task: number;
  readonly credit: Credit;
  readonly source: AsyncIterable<Uint8Array>;
  readonly answer: Promise<Extracted>;
}

/** How many more chunks may be sent. */
class Credit {
  #left: number;
  #closed = false;
  #wake: () => void = () => {};

  constructor(left: number) {
    this.#left = left;
  }

  give(): void {
    this.#left++;
    this.#wake();
  }

  /** Nothing more is wanted. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  /** Waits for a turn; false if nothing more is wanted. */
  async take(): Promise<boolean> {
    while (this.#left === 0 && !this.#closed)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    if (this.#closed) return false;
    this.#left--;
    return true;
  }
}

function post(worker: Worker, message: ToWorker): void {
  worker.postMessage(message);
}
