import type { SparseFile } from './model.js';

/** Who gets a sparse file's content, from its beginning to its end. */
export interface SpreadSink {
  data(chunk: Buffer): void;
  /** So many zeros, of which the archive has nothing. */
  hole?(bytes: number): void;
}

const zeros = Buffer.alloc(64 * 1024);

/** Puts the parts that an archive has of a sparse file in their places. */
export class Spread {
  readonly #file: SparseFile;
  readonly #sink: SpreadSink;
  #next = 0;
  #at = 0;

  constructor(file: SparseFile, sink: SpreadSink) {
    this.#file = file;
    this.#sink = sink;
  }

  /** The next piece of the parts, which follow one another without gaps. */
  data(chunk: Buffer): void {
    for (let from = 0; from < chunk.length; ) {
      const extent = this.#file.extents[this.#next];
      if (extent === undefined) return;
      this.#skipTo(extent.offset);
      const end = extent.offset + extent.size;
      const part = chunk.subarray(from, from + end - this.#at);
      this.#sink.data(part);
      this.#at += part.length;
      from += part.length;
      if (this.#at === end) this.#next++;
    }
  }

  /** All parts were there. */
  end(): void {
    this.#skipTo(this.#file.size);
  }

  #skipTo(offset: number): void {
    const bytes = offset - this.#at;
    if (bytes <= 0) return;
    this.#at = offset;
    if (this.#sink.hole) this.#sink.hole(bytes);
    else
      for (let left = bytes; left > 0; left -= zeros.length)
        this.#sink.data(zeros.subarray(0, Math.min(left, zeros.length)));
  }
}
