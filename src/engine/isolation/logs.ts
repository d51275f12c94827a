import { type FileHandle, open } from 'node:fs/promises';
import type { LogQuery, OutputChunk, OutputStream } from '../../api/server/backend.js';
import { isErrno } from '../../native/libc.js';
import type { Logs } from './contract.js';
import { growingContent, type ReadLimits } from './growing-file.js';
import { LogFilter } from './log-filter.js';
import { LineSplitter, parseLogLine } from './log-lines.js';
import { tailOffset } from './log-tail.js';

/** Reads the log files that conmon writes in its `k8s-file` format. */
export class LogReader implements Logs {
  read(logPath: string, tty: boolean, query: LogQuery, ended: Promise<unknown>): OutputStream {
    const abort = new AbortController();
    const limits = { follow: query.follow, ended, signal: abort.signal };
    return { tty, chunks: chunksOf(logPath, query, limits), abort: () => abort.abort() };
  }
}

async function* chunksOf(
  path: string,
  query: LogQuery,
  limits: ReadLimits,
): AsyncGenerator<OutputChunk> {
  const file = await openLog(path);
  if (!file) return;
  try {
    const filter = new LogFilter(query);
    const { size } = await file.stat();
    const start = await startOf(file, size, query);
    const end = limits.follow ? Number.POSITIVE_INFINITY : size;
    const lines = new LineSplitter();
    for await (const piece of growingContent(file, { path, start, end }, limits)) {
      for (const line of lines.push(piece)) {
        const record = parseLogLine(line);
        if (limits.signal.aborted || (record && filter.isPast(record))) return;
        const output = record && filter.output(record);
        if (output) yield output;
      }
    }
  } finally {
    await file.close();
  }
}

/** A container that never ran has no log: nothing to read. */
async function openLog(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

async function startOf(file: FileHandle, size: number, query: LogQuery): Promise<number> {
  if (query.tail === undefined) return 0;
  const filter = new LogFilter(query);
  return tailOffset(file, size, query.tail, (record) => filter.wants(record));
}
