import { parentPort } from 'node:worker_threads';
import { InvalidParameter, System } from '../../../base/errors.js';
import { extractHere } from './extract.js';
import { kernelNodes } from './kernel-nodes.js';
import { type FromWorker, failureOf, type ToWorker } from './worker-messages.js';

/** The chunks of one extraction, from the messages that bring them to the loop that eats them. */
class Inlet implements AsyncIterable<Uint8Array> {
  readonly #taken: () => void;
  readonly #waiting: (Uint8Array | 'end' | 'abort')[] = [];
  #wake: () => void = () => {};

  constructor(taken: () => void) {
    this.#taken = taken;
  }

  put(item: Uint8Array | 'end' | 'abort'): void {
    this.#waiting.push(item);
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    for (;;) {
      const item = this.#waiting.shift();
      if (item === 'end') return;
      if (item === 'abort') throw new InvalidParameter('the archive was cut off');
      if (item === undefined) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        continue;
      }
      yield item;
      this.#taken();
    }
  }
}

/** Serves extractions to the thread that made this worker. */
function serve(port: NonNullable<typeof parentPort>): void {
  const inlets = new Map<number, Inlet>();
  const post = (message: FromWorker) => port.postMessage(message);

  const start = async ({ task, request, file }: Extract<ToWorker, { kind: 'start' }>) => {
    const inlet = new Inlet(() => post({ task, kind: 'taken' }));
    inlets.set(task, inlet);
    try {
      const source = file === undefined ? inlet : { file };
      post({ task, kind: 'done', extracted: await extractHere(source, request, kernelNodes) });
    } catch (error) {
      post({ task, kind: 'failed', failure: failureOf(error) });
    } finally {
      inlets.delete(task);
    }
  };

  port.on('message', (message: ToWorker) => {
    const inlet = inlets.get(message.task);
    if (message.kind === 'start') void start(message);
    else inlet?.put(message.kind === 'chunk' ? message.chunk : message.kind);
  });
}

if (parentPort === null) throw new System('this file runs as a worker thread only');
serve(parentPort);
