import type { Progress } from '../../../api/client/images.js';

const sequence = '\u001b[';
const clearLine = `${sequence}2K\r`;
/** A terminal that is no wider has no room for bars: a line must not take two. */
const narrow = 110;

/**
 * Messages on a terminal: those with an id have a line each, which changes in place. Docker's way (`jsonmessage`).
 * Elsewhere each message is a line, and bars, which mean nothing there, are left out.
 */
export class ProgressLines {
  readonly #out: NodeJS.WritableStream;
  readonly #isTerminal: boolean;
  readonly #hasBars: boolean;
  /** Ids in the order of their lines. */
  #ids: string[] = [];

  constructor(
    out: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number },
  ) {
    this.#out = out;
    this.#isTerminal = out.isTTY === true;
    this.#hasBars = (out.columns || narrow + 1) > narrow;
  }

  show({ stream, status, id, progress }: Progress): void {
    if (stream !== undefined) this.#plain(stream);
    else if (status === undefined) return;
    else if (!this.#isTerminal) {
      if (!progress) this.#out.write(`${id ? `${id}: ` : ''}${status}\n`);
    } else if (id) this.#inPlace(id, `${id}: ${status}${this.#shown(progress)}`);
    else this.#plain(`${status}\n`);
  }

  #shown(progress: string | undefined): string {
    if (!progress) return '';
    return ` ${this.#hasBars ? progress : progress.replace(/^\[[=> ]*\] /, '')}`;
  }

  /** What follows it begins with lines of its own. */
  #plain(text: string): void {
    this.#ids = [];
    this.#out.write(text);
  }

  #inPlace(id: string, text: string): void {
    if (!this.#ids.includes(id)) {
      this.#ids.push(id);
      this.#out.write(`${clearLine}${text}\n`);
      return;
    }
    const up = this.#ids.length - this.#ids.indexOf(id);
    this.#out.write(`${sequence}${up}A${clearLine}${text}${sequence}${up}B\r`);
  }
}
