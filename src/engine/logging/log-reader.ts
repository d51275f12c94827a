import type { OutputChunk } from '../../api/server/backend.js';
import type { LogQuery, LogStream } from '../../api/server/backends/logs.js';
import { growingContent, type LogPiece, type LogPlace, type ReadLimits } from './growing-file.js';
import { type LogBatch, LogBatches } from './log-batch.js';
import { LogFilter } from './log-filter.js';
import { LineSplitter } from './log-lines.js';
import type { LogReading, LogSource } from './log-source.js';
import { tailPlace } from './log-tail.js';

/** How a log is read. */
export interface ReadOptions {
  readonly tty: boolean;
  readonly query: LogQuery;
  /** What goes before each line if the query asks for details. */
  readonly details: string;
  /** Resolves when no more will be written: a followed stream ends then. */
  readonly ended: Promise<unknown>;
}

/** Reads the files that conmon writes in its `k8s-file` format. A log that isn't there is empty. */
export function readLog(source: LogSource, options: ReadOptions): LogStream {
  const abort = new AbortController();
  const { query, ended } = options;
  const limits = { follow: query.follow, ended, signal: abort.signal };
  return {
    tty: options.tty,
    batches: batches(source, options, limits),
    abort: () => abort.abort(),
  };
}

async function* batches(
  source: LogSource,
  { query, details }: ReadOptions,
  limits: ReadLimits,
): AsyncGenerator<readonly OutputChunk[]> {
  using log = source.open();
  const output = new LogBatches(new LogFilter(query, details));
  const start = await startOf(log, query, details);
  const lines = new LineSplitter();
  for await (const piece of growingContent(log, start, limits)) {
    const { chunks, isLast } = batchOf(piece, lines, output);
    if (limits.signal.aborted) return;
    if (chunks.length > 0) yield chunks;
    if (isLast) return;
  }
  const rest = output.flush();
  if (rest.length > 0) yield rest;
}

function batchOf(piece: LogPiece, lines: LineSplitter, output: LogBatches): LogBatch {
  if (piece === 'pause') return { chunks: output.flush(), isLast: false };
  if (piece !== 'end of file') return output.push(lines.push(piece));
  // A record does not go on in another file, though a line may.
  lines.reset();
  return { chunks: [], isLast: false };
}

async function startOf(log: LogReading, query: LogQuery, details: string): Promise<LogPlace> {
  if (query.tail === undefined) return { file: 0, offset: 0 };
  const filter = new LogFilter(query, details);
  return tailPlace(log, query.tail, (record) => filter.wants(record));
}
