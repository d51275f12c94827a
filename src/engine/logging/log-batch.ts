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

/** What the filter lets through. Lines that are none, such as a damaged file has, are left out. */
export function batchOf(spans: readonly LineSpan[], filter: LogFilter): LogBatch {
  const chunks: OutputChunk[] = [];
  let continues: OutputChunk['stream'] | undefined;
  for (const span of spans) {
    const record = parseLogLine(span);
    if (!record) continue;
    if (filter.isPast(record)) return { chunks, isLast: true };
    const data = filter.output(record);
    if (!data) continue;
    const { stream } = record;
    const last = continues === stream ? chunks.at(-1) : undefined;
    if (last && last.data.length + data.length <= MAX_PIECE) {
      chunks[chunks.length - 1] = { stream, data: Buffer.concat([last.data, data]) };
    } else chunks.push({ stream, data });
    continues = record.isPartial ? stream : undefined;
  }
  return { chunks, isLast: false };
}
