import { type SpawnOptions, spawn } from './process.js';
import { type ExitStatus, reap } from './wait.js';

/** A program that was started. */
export interface Child {
  readonly pid: number;
  /** How it ended, once it has. May be left unobserved. */
  readonly ended: Promise<ExitStatus>;
}

interface Waiting extends Child {
  resolve(status: ExitStatus): void;
  reject(error: unknown): void;
}

/**
 * Our own posix_spawned processes: reaps each at SIGCHLD, by pid, so that children of
 * `child_process` stay libuv's. Waiting alone does not keep the event loop alive.
 */
export class Children implements Disposable {
  readonly #running = new Map<number, Waiting>();
  readonly #collectAll = () => {
    for (const child of [...this.#running.values()]) this.#collect(child);
  };

  constructor() {
    process.on('SIGCHLD', this.#collectAll);
  }

  /** Starts a program and sees to its end. @throws SyscallError if it can't be started */
  spawn(options: SpawnOptions): Child {
    return this.#adopt(spawn(options));
  }

  /**
   * How the child `pid`, started by anything but `child_process`, ends. To be asked in the same turn of the event
   * loop as it was started: one that has been reaped is forgotten, its pid may be another's.
   * @throws SyscallError ECHILD if it is no child of ours or was reaped already
   */
  wait(pid: number): Promise<ExitStatus> {
    return (this.#running.get(pid) ?? this.#adopt(pid)).ended;
  }

  /** Stops reaping. Pending waits stay pending. */
  [Symbol.dispose](): void {
    process.off('SIGCHLD', this.#collectAll);
    this.#running.clear();
  }

  #adopt(pid: number): Waiting {
    const child = waitingChild(pid);
    this.#running.set(pid, child);
    // It may have ended before it was in the map; a little later, so that `wait` still finds it.
    setImmediate(this.#collectAll);
    return child;
  }

  #collect(child: Waiting): void {
    try {
      const status = reap(child.pid);
      if (!status) return;
      child.resolve(status);
    } catch (error) {
      child.reject(error);
    }
    this.#running.delete(child.pid);
  }
}

function waitingChild(pid: number): Waiting {
  let resolve: (status: ExitStatus) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const ended = new Promise<ExitStatus>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  // Nobody need ask how it ended.
  ended.catch(() => {});
  return { pid, ended, resolve, reject };
}
