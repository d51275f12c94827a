import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import { growingContent, type ReadLimits } from './growing-file.js';
import { LineSplitter, type LogRecord, parseLogLine } from './log-lines.js';
import type { LogSource } from './log-source.js';
import type { LogSink } from './sink.js';

/** How far a log has been passed on. */
interface Shipped {
  /** Time of the last record, as it stands in the file; '' for none. */
  readonly time: string;
  /** How many records of that very time. */
  readonly count: number;
}

const none: Shipped = { time: '', count: 0 };

/** Waiting for a server that isn't there grows to this. */
const MAX_PAUSE_MS = 10_000;
const FIRST_PAUSE_MS = 100;
/** Records that go together. */
const MAX_RECORDS = 500;

/** What passing a log on needs. */
export interface ShipperParts {
  readonly source: LogSource;
  readonly open: () => Promise<LogSink>;
  readonly logger: Logger;
  readonly id: string;
}

/**
 * Passes a log on, line by line in order. How far it has come stands beside the log, so that another daemon goes on
 * from there: nothing is left out, at most the last few lines before a crash are sent twice.
 */
export class Shipper {
  readonly #parts: ShipperParts;
  readonly #placePath: string;
  #shipped: Shipped;
  #lost = 0;
  #sink: LogSink | undefined;

  constructor(parts: ShipperParts) {
    this.#parts = parts;
    this.#placePath = `${parts.source.path}.shipped`;
    this.#shipped = readPlace(this.#placePath);
  }

  /** Passes on what there is and what comes. Resolves when the container has ended and all is passed on. */
  async run(limits: ReadLimits): Promise<void> {
    using log = this.#parts.source.open();
    const skip = alreadyShipped(this.#shipped);
    const lines = new LineSplitter();
    try {
      for await (const piece of growingContent(log, { file: 0, offset: 0 }, limits)) {
        if (piece === 'end of file') {
          lines.reset();
          this.#tellLost(log.lost);
        }
        if (typeof piece === 'string') continue;
        const records = lines.push(piece).flatMap((span) => parseLogLine(span) ?? []);
        await this.#send(
          records.filter((record) => !skip(record)),
          limits,
        );
      }
    } finally {
      this.#sink?.[Symbol.dispose]();
    }
  }

  /** The copy keeps so much and no more. */
  #tellLost(files: number): void {
    if (files === this.#lost) return;
    this.#lost = files;
    const { logger, id } = this.#parts;
    logger.warn('lines not passed on: they were dropped from the log before', {
      container: id,
      files,
    });
  }

  async #send(records: readonly LogRecord[], limits: ReadLimits): Promise<void> {
    for (let at = 0; at < records.length; at += MAX_RECORDS) {
      const some = records.slice(at, at + MAX_RECORDS);
      await this.#sendSurely(some, limits);
      for (const { time } of some) this.#count(time);
      this.#note();
    }
  }

  /** Tries again until it is taken; the log waits in its files. */
  async #sendSurely(records: readonly LogRecord[], { signal }: ReadLimits): Promise<void> {
    for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; ) {
      try {
        this.#sink ??= await this.#parts.open();
        await this.#sink.send(records);
        return;
      } catch (error) {
        this.#sink?.[Symbol.dispose]();
        this.#sink = undefined;
        const { logger, id } = this.#parts;
        logger.warn('log not passed on', { container: id, error: messageOf(error) });
      }
      await delay(pauseMs, undefined, { ref: false });
      pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS);
    }
  }

  #count(time: string): void {
    const { time: last, count } = this.#shipped;
    this.#shipped = { time, count: time === last ? count + 1 : 1 };
  }

  #note(): void {
    const temporary = `${this.#placePath}.tmp`;
    writeFileSync(temporary, JSON.stringify(this.#shipped));
    renameSync(temporary, this.#placePath);
  }
}

/** Tells, asked record by record in their order, which have been passed on before. */
function alreadyShipped({ time: last, count }: Shipped): (record: LogRecord) => boolean {
  let left = count;
  return ({ time }) => time < last || (time === last && left-- > 0);
}

function readPlace(path: string): Shipped {
  try {
    const found: Shipped = JSON.parse(readFileSync(path, 'utf8'));
    return typeof found.time === 'string' && typeof found.count === 'number' ? found : none;
  } catch {
    // None yet, or torn: everything is passed on.
    return none;
  }
}
