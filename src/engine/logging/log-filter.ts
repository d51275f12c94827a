import type { LogQuery } from '../../api/server/backends/logs.js';
import type { LogRecord } from './log-lines.js';
import { formatLogTime, Moment } from './log-times.js';

/** What a log query lets through, record by record. */
export class LogFilter {
  readonly #query: LogQuery;
  readonly #details: string;
  readonly #since: Moment | undefined;
  readonly #until: Moment | undefined;
  readonly #hasPrefix: boolean;
  /** Streams whose last record was partial: the next one goes on with the same line. */
  readonly #open = { stdout: false, stderr: false };

  /** `details`: what goes before each line if the query asks for details. */
  constructor(query: LogQuery, details: string) {
    this.#query = query;
    this.#details = query.details ? `${details} ` : '';
    this.#since = query.since === 0n ? undefined : new Moment(query.since);
    this.#until = query.until === 0n ? undefined : new Moment(query.until);
    this.#hasPrefix = query.timestamps || query.details;
  }

  /** The bytes of a record, or undefined if it isn't wanted. Line starts carry time and details if they are asked for. */
  output(record: LogRecord): Buffer | undefined {
    const continues = this.#open[record.stream];
    this.#open[record.stream] = record.isPartial;
    if (!this.wants(record)) return undefined;
    if (!this.#hasPrefix || continues) return record.data;
    const time = this.#query.timestamps ? `${formatLogTime(record.time)} ` : '';
    return Buffer.concat([Buffer.from(`${time}${this.#details}`), record.data]);
  }

  /** Whether the record is of a stream and a time that are asked for. */
  wants({ stream, time }: LogRecord): boolean {
    if (!this.#query[stream]) return false;
    if (this.#since && this.#since.compare(time) < 0) return false;
    return !(this.#until && this.#until.compare(time) > 0);
  }

  /** Whether the record and all after it are too late. */
  isPast({ time }: LogRecord): boolean {
    return this.#until !== undefined && this.#until.compare(time) > 0;
  }
}
