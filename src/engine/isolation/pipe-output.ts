import type { OutputChunk } from '../../api/server/backend.js';
import type { Fd } from '../../native/fd.js';
import { PipeEnd } from './pipe-end.js';

/** The reading ends of a process's pipes. */
export interface OutputPipes {
  readonly stdout: Fd;
  readonly stderr: Fd;
}

/**
 * What a process writes to two pipes, as it comes. While nobody asks for the next piece little is read, and in the end
 * the process has to wait. Takes the pipes over.
 */
export class PipeOutput implements AsyncIterable<OutputChunk> {
  readonly #ends: readonly { readonly stream: OutputChunk['stream']; readonly end: PipeEnd }[];
  #isAborted = false;
  #wake = () => {};

  constructor({ stdout, stderr }: OutputPipes) {
    const wake = () => this.#wake();
    this.#ends = [
      { stream: 'stdout', end: new PipeEnd(stdout, wake) },
      { stream: 'stderr', end: new PipeEnd(stderr, wake) },
    ];
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<OutputChunk> {
    try {
      while (!this.#isAborted) {
        const chunks = this.#next();
        yield* chunks;
        if (chunks.length > 0) continue;
        if (this.#ends.every(({ end }) => end.isOver)) return;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      this.abort();
    }
  }

  /** The process has ended: what is in the pipes by now is all, whoever else may still hold them. */
  end(): void {
    for (const { end } of this.#ends) end.finish();
    this.#wake();
  }

  /** Nobody wants the rest: it is read and dropped until {@link end}. */
  abort(): void {
    this.#isAborted = true;
    for (const { end } of this.#ends) end.drop();
    this.#wake();
  }

  #next(): OutputChunk[] {
    return this.#ends.flatMap(({ stream, end }) => {
      const data = end.next();
      return data ? [{ stream, data }] : [];
    });
  }
}
