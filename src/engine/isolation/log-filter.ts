import type { LogQuery, OutputChunk } from '../../api/server/backend.js';
import { formatLogTime, type LogRecord, parseLogTime } from './log-lines.js';

/** What a log query lets through, record by record. */
export class LogFilter {
  readonly #query: LogQuery;
  /** Streams whose last record was partial: the next one goes on with the same line. */
  readonly #open = new Set<LogRecord['stream']>();

  constructor(query: LogQuery) {
    this.#query = query;
  }

  /** The output of a record, or undefined if it isn't wanted. Line starts carry the time if that is asked for. */
  output(record: LogRecord): OutputChunk | undefined {
    const continues = this.#open.has(record.stream);
    if (record.isPartial) this.#open.add(record.stream);
    else this.#open.delete(record.stream);
    if (!this.wants(record)) return undefined;
    const stamped = this.#query.timestamps && !continues;
    const data = stamped
      ? Buffer.concat([Buffer.from(`${formatLogTime(record.time)} `), record.data])
      : record.data;
    return { stream: record.stream, data };
  }

  /** Whether the record is of a stream and a time that are asked for. */
  wants(record: LogRecord): boolean {
    if (!this.#query[record.stream]) return false;
    const { since, until } = this.#query;
    if (since === 0n && until === 0n) return true;
    const time = parseLogTime(record.time) ?? 0n;
    return time >= since && (until === 0n || time <= until);
  }

  /** Whether the record and all after it are too late. */
  isPast(record: LogRecord): boolean {
    const { until } = this.#query;
    return until !== 0n && (parseLogTime(record.time) ?? 0n) > until;
  }
}
