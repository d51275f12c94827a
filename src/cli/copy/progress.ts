import { humanSize } from '../../base/human.js';
import type { Terminal } from '../command.js';

const sequence = '\u001b[';
const saveCursor = '\u001b7';
const restoreCursor = '\u001b8';
const clearLine = `${sequence}2K`;
const clearRest = `${sequence}0K`;
const hideCursor = `${sequence}?25l`;
const showCursor = `${sequence}?25h`;

/** How often the number on the terminal changes. */
const updateMs = 75;

/** Counts the bytes of a copy, and shows on a terminal how many they are. */
export class CopyProgress implements Disposable {
  readonly #header: string;
  readonly #out: Terminal['stderr'];
  readonly #timer: NodeJS.Timeout | undefined;
  #bytes = 0;
  #shown = 0;

  /** `header` is what stands before the number. */
  constructor(header: string, out: Terminal['stderr']) {
    this.#header = header;
    this.#out = out;
    if (!out.isTTY) return;
    out.write(`${saveCursor}${hideCursor}${clearLine}${header}${humanSize(0)}`);
    this.#timer = setInterval(() => this.#show(), updateMs);
    this.#timer.unref();
  }

  /** Bytes so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Counts what passes. */
  async *through<T extends Uint8Array>(source: AsyncIterable<T>): AsyncGenerator<T> {
    for await (const part of source) {
      this.#bytes += part.length;
      yield part;
    }
  }

  /** Takes the line away. */
  [Symbol.dispose](): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#out.write(`${restoreCursor}${clearLine}${showCursor}`);
  }

  #show(): void {
    if (this.#bytes === this.#shown) return;
    this.#shown = this.#bytes;
    const column = `${sequence}${this.#header.length + 1}G`;
    this.#out.write(`${column}${clearRest}${humanSize(this.#bytes)}`);
  }
}
