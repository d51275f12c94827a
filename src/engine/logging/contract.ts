/** Logs as the engine of containers sees them. */
import type { LogQuery, LogStream } from '../../api/server/backends/logs.js';
import type { LogConfig } from './config.js';
import type { LogSubject } from './subject.js';

/** A container's log. */
export interface ContainerLog {
  /** The file that is written; those put aside are beside it. */
  readonly path: string;
  readonly config: LogConfig;
  readonly subject: LogSubject;
}

/** Keeps what containers say, passes it on, and hands it out. */
export interface Logs {
  /** A container's settings with the daemon's. @throws InvalidParameter in Docker's words */
  settle(wanted: LogConfig | null | undefined): LogConfig;
  /** Whether its output is written to the file. @throws System in Docker's words if the settings don't work */
  prepare(log: ContainerLog): Promise<boolean>;
  /** From now on the log is kept within its limits and passed on, until the container has ended. */
  watch(log: ContainerLog, run: LoggedRun): void;
  /** Resolves when nothing is done to the files of a container that has ended: then they may be removed. */
  close(id: string): Promise<void>;
  /** @throws NotImplemented if nothing is kept */
  read(
    log: ContainerLog,
    options: { tty: boolean; query: LogQuery; ended: Promise<unknown> },
  ): LogStream;
}

/** A run of a container whose output is logged. */
export interface LoggedRun {
  /** Has the file begun anew under its name. */
  reopen(): Promise<void>;
  /** Resolves when nothing more is written. */
  readonly ended: Promise<unknown>;
}
