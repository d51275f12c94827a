/** One record of a `k8s-file` log: what one read of the process's output brought, cut at newlines. */
export interface LogRecord {
  /** As it stands in the file, with nine decimals and a zone. */
  readonly time: string;
  readonly stream: 'stdout' | 'stderr';
  /** Whether the line goes on in the stream's next record. */
  readonly isPartial: boolean;
  /** Byte for byte; with the newline unless it is partial. A view of what it was read from. */
  readonly data: Buffer;
}

const NEWLINE = 0x0a;
const SPACE = 0x20;
const NUL = 0;
const names = { stdout: Buffer.from('stdout'), stderr: Buffer.from('stderr') } as const;
const PARTIAL = 0x50;
const FULL = 0x46;
/** Length of `2026-11-21T01:02:03.123456789+00:00`, and of `stdout` and `stderr`. */
const TIME = 35;
const STREAM = 6;
/** A longer line is none: a record holds what one read of 8 KiB brought (conmon: config.h, STDIO_BUF_SIZE). */
const MAX_LINE = 1024 * 1024;

/** What is in `bytes` from `from` up to the newline at `end`. */
export interface LineSpan {
  readonly bytes: Buffer;
  readonly from: number;
  readonly end: number;
}

/**
 * Reads one line of the file: `2026-11-21T01:02:03.123456789+00:00 stdout F text`
 * (conmon: ctr_logging.c, write_k8s_log). Undefined if it is none. What a crash of the machine left of a line
 * before it, zeros, is skipped.
 */
export function parseLogLine({ bytes, from: start, end }: LineSpan): LogRecord | undefined {
  let from = start;
  while (from < end && bytes[from] === NUL) from++;
  const afterTime = bytes[from + TIME] === SPACE ? from + TIME : bytes.indexOf(SPACE, from);
  const afterStream = afterTime + 1 + STREAM;
  const text = afterStream + 3;
  if (afterTime < from || text > end || !isHead(bytes, afterStream)) return undefined;
  const stream = streamAt(bytes, afterTime + 1);
  if (!stream) return undefined;
  return new LineRecord({ bytes, from, end }, { afterTime, text, stream });
}

/** Reads its time only if it is asked for, which it mostly isn't. */
class LineRecord implements LogRecord {
  readonly stream: LogRecord['stream'];
  readonly isPartial: boolean;
  readonly data: Buffer;
  readonly #bytes: Buffer;
  readonly #from: number;
  readonly #afterTime: number;

  constructor(
    { bytes, from, end }: LineSpan,
    parts: { afterTime: number; text: number; stream: LogRecord['stream'] },
  ) {
    const { afterTime, text, stream } = parts;
    this.#bytes = bytes;
    this.#from = from;
    this.#afterTime = afterTime;
    this.stream = stream;
    this.isPartial = bytes[text - 2] === PARTIAL;
    this.data = bytes.subarray(text, this.isPartial ? end : end + 1);
  }

  get time(): string {
    return this.#bytes.toString('latin1', this.#from, this.#afterTime);
  }
}

/** Whether ` F ` or ` P ` stands there. */
function isHead(bytes: Buffer, at: number): boolean {
  const tag = bytes[at + 1];
  return bytes[at] === SPACE && bytes[at + 2] === SPACE && (tag === FULL || tag === PARTIAL);
}

function streamAt(bytes: Buffer, at: number): LogRecord['stream'] | undefined {
  if (bytes[at] !== names.stdout[0]) return undefined;
  if (names.stdout.compare(bytes, at, at + STREAM) === 0) return 'stdout';
  return names.stderr.compare(bytes, at, at + STREAM) === 0 ? 'stderr' : undefined;
}

/** Cuts a growing file into lines: keeps the beginning of one until the rest comes. */
export class LineSplitter {
  #rest: Buffer = Buffer.alloc(0);
  /** In the middle of something too long to be a line. */
  #skipping = false;

  /** The lines that are complete with this piece. */
  push(piece: Buffer): LineSpan[] {
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    const spans: LineSpan[] = [];
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
      if (!this.#skipping) spans.push({ bytes, from, end });
      this.#skipping = false;
      from = end + 1;
    }
    this.#keep(bytes.subarray(from));
    return spans;
  }

  /** Forgets the beginning of a line: the rest will not come. */
  reset(): void {
    this.#rest = Buffer.alloc(0);
    this.#skipping = false;
  }

  #keep(rest: Buffer): void {
    if (rest.length > MAX_LINE) this.#skipping = true;
    this.#rest = this.#skipping ? Buffer.alloc(0) : rest;
  }
}
