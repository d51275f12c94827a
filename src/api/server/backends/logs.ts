import type { OutputChunk } from '../backend.js';

/** What of a container's log is wanted. Docker API: `ContainerLogs`. */
export interface LogQuery {
  readonly follow: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  /** Nanoseconds since the epoch; 0 means no bound. The lines of those very moments belong to it. */
  readonly since: bigint;
  readonly until: bigint;
  readonly timestamps: boolean;
  /** Whether each line has the labels and variables before it that the container's log options name. */
  readonly details: boolean;
  /** How many lines from the end; undefined means all. */
  readonly tail?: number;
}

/** Lines as they are found, many at once: a long log would else cost more in steps than in bytes. */
export interface LogStream {
  readonly tty: boolean;
  /** None is empty. */
  readonly batches: AsyncIterable<readonly OutputChunk[]>;
  /** Ends the stream at once. */
  abort(): void;
}

/** Logs of containers, also of those that are stopped. */
export interface LogsBackend {
  /** @throws NotFound, NotImplemented if nothing is kept, Conflict while it is removed */
  logs(ref: string, query: LogQuery): Promise<LogStream>;
}
