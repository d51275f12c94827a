import type { OutputChunk } from '../../api/server/backend.js';
import type { LogFilter } from './log-filter.js';
import { type LineSpan, parseLogLine } from './log-lines.js';

/** Docker hands out longer lines in pieces of this size. */
const MAX_PIECE = 16 * 1024;

/** The wanted output of many lines at once. */
export interface LogBatch {
  /** A line each, as far as its parts follow each other and it is not too long. */
  readonly chunks: readonly OutputChunk[];
  /** Whether nothing that comes later is wanted. */
  readonly isLast: boolean;
}

/** Makes output of a log's lines. Lines that are none, such as a damaged file has, are left out. */
export class LogBatches {
  readonly #filter: LogFilter;
  /** A line whose end is still to come. */
  #open: OutputChunk | undefined;

  constructor(filter: LogFilter) {
    this.#filter = filter;
  }

  /** What the filter lets through; the beginning of a line is kept back. */
  push(spans: readonly LineSpan[]): LogBatch {
    const chunks: OutputChunk[] = [];
    for (const span of spans) {
      const record = parseLogLine(span);
      if (!record) continue;
      if (this.#filter.isPast(record))
        return { chunks: [...chunks, ...this.flush()], isLast: true };
      const data = this.#filter.output(record);
      if (data) this.#add({ stream: record.stream, data }, record.isPartial, chunks);
    }
    return { chunks, isLast: false };
  }

  /** What is kept back: nothing more comes for now. */
  flush(): OutputChunk[] {
    const open = this.#open;
    this.#open = undefined;
    return open ? [open] : [];
  }

  #add(chunk: OutputChunk, isPartial: boolean, to: OutputChunk[]): void {
    const open = this.#open;
    const fits = open && open.data.length + chunk.data.length <= MAX_PIECE;
    const joins = fits && open.stream === chunk.stream;
    if (!joins) to.push(...this.flush());
    const whole = joins ? { ...chunk, data: Buffer.concat([open.data, chunk.data]) } : chunk;
    this.#open = isPartial ? whole : undefined;
    if (!isPartial) to.push(whole);
  }
}
