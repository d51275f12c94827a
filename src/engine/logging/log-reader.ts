import type { OutputChunk } from '../../api/server/backend.js';
import type { LogQuery, LogStream } from '../../api/server/backends/logs.js';
import { growingContent, type LogPlace, type ReadLimits } from './growing-file.js';
import { batchOf } from './log-batch.js';
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
  const filter = new LogFilter(query, details);
  const start = await startOf(log, query, details);
  let lines = new LineSplitter();
  for await (const piece of growingContent(log, start, limits)) {
    // A line does not go on in another file.
    if (piece === 'end of file') {
      lines = new LineSplitter();
      continue;
    }
    const { chunks, isLast } = batchOf(lines.push(piece), filter);
    if (limits.signal.aborted) return;
    if (chunks.length > 0) yield chunks;
    if (isLast) return;
  }
}

async function startOf(log: LogReading, query: LogQuery, details: string): Promise<LogPlace> {
  if (query.tail === undefined) return { file: 0, offset: 0 };
  const filter = new LogFilter(query, details);
  return tailPlace(log, query.tail, (record) => filter.wants(record));
}
