import { read } from 'node:fs';
import { promisify } from 'node:util';
import type { LogPlace } from './growing-file.js';
import { type LogRecord, parseLogLine } from './log-lines.js';
import type { LogReading } from './log-source.js';

const NEWLINE = 0x0a;
const BLOCK = 64 * 1024;
const readAt = promisify(read);

/**
 * Where in the log the last `count` lines begin, of the records that `wants` lets through; read from the end, so
 * that the length of the log doesn't matter. A line of several partial records counts as one.
 */
export async function tailPlace(
  log: LogReading,
  count: number,
  wants: (record: LogRecord) => boolean,
): Promise<LogPlace> {
  const files = log.count;
  const counter = new TailCounter(count, wants);
  for (let at = files - 1; at >= 0; at--) {
    const file = await log.plain(at);
    if (!file) continue;
    const size = log.sizeAtOpening(file);
    if (count <= 0) return { file: at, offset: size };
    for await (const { line, offset } of linesBackwards(file.fd, size)) {
      const record = parseLogLine({ bytes: line, from: 0, end: line.length });
      if (record && counter.isEnough(record)) return counter.place;
      if (record) counter.add(record, { file: at, offset });
    }
  }
  return counter.isComplete ? counter.place : { file: 0, offset: 0 };
}

/** Counts lines from the last one backwards. */
class TailCounter {
  readonly #wanted: number;
  readonly #wants: (record: LogRecord) => boolean;
  /** Streams of which a record later in the log was seen: a partial one belongs to its line. */
  readonly #seen = new Set<LogRecord['stream']>();
  #lines = 0;
  place: LogPlace = { file: 0, offset: 0 };

  constructor(wanted: number, wants: (record: LogRecord) => boolean) {
    this.#wanted = wanted;
    this.#wants = wants;
  }

  get isComplete(): boolean {
    return this.#lines >= this.#wanted;
  }

  /** Whether the record, the one before all that were added, is no longer part of the last lines. */
  isEnough(record: LogRecord): boolean {
    return this.isComplete && this.#wants(record) && this.#endsLine(record);
  }

  add(record: LogRecord, place: LogPlace): void {
    if (!this.#wants(record)) return;
    if (this.#endsLine(record)) this.#lines++;
    this.#seen.add(record.stream);
    this.place = place;
  }

  #endsLine({ isPartial, stream }: LogRecord): boolean {
    return !isPartial || !this.#seen.has(stream);
  }
}

/** Complete lines from the end of the file, each with its place. A last one without newline is not there yet. */
async function* linesBackwards(
  fd: number,
  size: number,
): AsyncGenerator<{ line: Buffer; offset: number }> {
  let head: Buffer = Buffer.alloc(0);
  let isLast = true;
  for (let start = size; start > 0; ) {
    const length = Math.min(BLOCK, start);
    start -= length;
    const block = Buffer.alloc(length);
    await readAt(fd, block, 0, length, start);
    const all = Buffer.concat([block, head]);
    let end = all.length;
    for (
      let at = all.lastIndexOf(NEWLINE);
      at >= 0;
      at = at === 0 ? -1 : all.lastIndexOf(NEWLINE, at - 1)
    ) {
      if (!isLast) yield { line: all.subarray(at + 1, end), offset: start + at + 1 };
      isLast = false;
      end = at;
    }
    head = Buffer.from(all.subarray(0, end));
  }
  if (!isLast) yield { line: head, offset: 0 };
}
