/** One record of a `k8s-file` log: what one read of the process's output brought, cut at newlines. */
export interface LogRecord {
  /** As it stands in the file, with nine decimals and a zone. */
  readonly time: string;
  readonly stream: 'stdout' | 'stderr';
  /** Whether the line goes on in the stream's next record. */
  readonly isPartial: boolean;
  /** Byte for byte; with the newline unless it is partial. */
  readonly data: Buffer;
}

const NEWLINE = 0x0a;
const SPACE = 0x20;
const PARTIAL = 'P';

/**
 * Reads one line of the file, without its newline: `2026-11-21T01:02:03.123456789+00:00 stdout F text`
 * (conmon: ctr_logging.c, write_k8s_log). Undefined if it is none.
 */
export function parseLogLine(line: Buffer): LogRecord | undefined {
  const afterTime = line.indexOf(SPACE);
  const afterStream = line.indexOf(SPACE, afterTime + 1);
  const afterTag = line.indexOf(SPACE, afterStream + 1);
  if (afterTime < 0 || afterStream < 0 || afterTag < 0) return undefined;
  const stream = line.toString('latin1', afterTime + 1, afterStream);
  if (stream !== 'stdout' && stream !== 'stderr') return undefined;
  const isPartial = line.toString('latin1', afterStream + 1, afterTag) === PARTIAL;
  const text = line.subarray(afterTag + 1);
  const data = isPartial ? text : Buffer.concat([text, Buffer.of(NEWLINE)]);
  return { time: line.toString('latin1', 0, afterTime), stream, isPartial, data };
}

/** Cuts a growing file into lines: keeps the beginning of one until the rest comes. */
export class LineSplitter {
  #rest: Buffer = Buffer.alloc(0);

  /** The lines that are complete with this piece, without their newlines. */
  push(piece: Buffer): Buffer[] {
    const all = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    const lines: Buffer[] = [];
    let from = 0;
    for (let to = all.indexOf(NEWLINE); to >= 0; to = all.indexOf(NEWLINE, from)) {
      lines.push(all.subarray(from, to));
      from = to + 1;
    }
    // A copy: the piece may be a buffer that is used again.
    this.#rest = Buffer.from(all.subarray(from));
    return lines;
  }
}

/** Nanoseconds since the epoch of a time with up to nine decimals, `Z` or an offset; undefined if it is none. */
export function parseLogTime(time: string): bigint | undefined {
  const [, seconds, fraction = '', zone] =
    /^(\d+-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(time) ?? [];
  if (seconds === undefined || zone === undefined) return undefined;
  const ms = Date.parse(`${seconds}${zone}`);
  return Number.isNaN(ms) ? undefined : BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}

/** Docker's `--timestamps`: RFC 3339 in UTC with all nine decimals. */
export function formatLogTime(time: string): string {
  const nanoseconds = parseLogTime(time);
  if (nanoseconds === undefined) return time;
  const date = new Date(Number(nanoseconds / 1_000_000_000n) * 1000).toISOString();
  const fraction = String(nanoseconds % 1_000_000_000n).padStart(9, '0');
  return `${date.slice(0, 19)}.${fraction}Z`;
}
