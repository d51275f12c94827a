import {
  type FSWatcher,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  watch,
} from 'node:fs';
import { join } from 'node:path/posix';
import { isErrno } from '../../native/libc.js';

/** An exit file: what conmon leaves behind. */
export interface ExitFile {
  readonly code: number;
  readonly at: Date;
}

/** How often to look whether a monitor has died without a word. */
const SWEEP_MS = 1000;

interface Waiter {
  readonly isGone: () => boolean;
  readonly done: (exit: ExitFile | undefined) => void;
}

/**
 * Waits for containers to end: one inotify watch on the folder of exit files for all of them, and once a
 * second a look at those whose monitor may have been killed. Nothing of it keeps the process alive.
 */
export class ExitWatcher implements Disposable {
  /** The folder; conmon writes the file named after the container by rename. */
  readonly folder: string;
  readonly #waiters = new Map<string, Set<Waiter>>();
  readonly #watcher: FSWatcher;
  readonly #sweep: NodeJS.Timeout;

  constructor(folder: string, sweepMs = SWEEP_MS) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.folder = folder;
    this.#watcher = watch(folder, { persistent: false }, (_, name) => {
      if (name !== null) this.#settle(name);
      else for (const id of this.#waiters.keys()) this.#settle(id);
    });
    this.#sweep = setInterval(() => this.#sweepAll(), sweepMs).unref();
  }

  /** Ids of all containers whose end somebody waits for. */
  get awaited(): string[] {
    return [...this.#waiters.keys()];
  }

  /** How the container ended, if it has. */
  read(id: string): ExitFile | undefined {
    const path = join(this.folder, id);
    try {
      const code = Number.parseInt(readFileSync(path, 'latin1'), 10);
      return Number.isNaN(code) ? undefined : { code: code & 0xff, at: statSync(path).mtime };
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  /** Ids of all containers whose end is told of. */
  known(): string[] {
    return readdirSync(this.folder);
  }

  /** Forgets an end, so that the id can be used again. */
  clear(id: string): void {
    rmSync(join(this.folder, id), { force: true });
  }

  /**
   * Resolves with the exit file, or with undefined when there is none and `isGone` says that there never will be
   * (asked at once, and then about once a second).
   */
  wait(id: string, isGone: () => boolean): Promise<ExitFile | undefined> {
    return new Promise((resolve) => {
      const waiter = { isGone, done: resolve };
      const waiters = (this.#waiters.get(id) ?? new Set()).add(waiter);
      this.#waiters.set(id, waiters);
      this.#settle(id);
      this.#giveUp(id, waiters);
    });
  }

  [Symbol.dispose](): void {
    this.#watcher.close();
    clearInterval(this.#sweep);
    this.#waiters.clear();
  }

  #settle(id: string): void {
    const waiters = this.#waiters.get(id);
    const exit = waiters && this.read(id);
    if (!waiters || !exit) return;
    this.#waiters.delete(id);
    for (const { done } of waiters) done(exit);
  }

  #sweepAll(): void {
    for (const [id, waiters] of this.#waiters) {
      this.#settle(id);
      this.#giveUp(id, waiters);
    }
  }

  #giveUp(id: string, waiters: Set<Waiter>): void {
    for (const waiter of waiters) {
      // The monitor may have written the file between the look at it and the look at the process.
      if (!waiter.isGone()) continue;
      waiters.delete(waiter);
      waiter.done(this.read(id));
    }
    // Else its file would be looked for once a second for ever.
    if (waiters.size === 0 && this.#waiters.get(id) === waiters) this.#waiters.delete(id);
  }
}
