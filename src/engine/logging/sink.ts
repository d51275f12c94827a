import type { LogRecord } from './log-lines.js';

/** Somebody whom lines are passed on to. */
export interface LogSink extends Disposable {
  /** Resolves when it has taken them. @throws Error if it can't be reached; they are sent again then */
  send(records: readonly LogRecord[]): Promise<void>;
}
