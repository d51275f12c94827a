/** How it is paced. */
export interface Pace {
  /** How long after the first job is given the work begins. */
  readonly delayMs: number;
  /** Jobs done in one go, and the pause after them, in which others have their turn. */
  readonly batch: number;
  readonly pauseMs: number;
}

/** Work that nobody waits for, done a little at a time, in order. */
export class PacedWork<T> implements Disposable {
  readonly #pace: Pace;
  readonly #work: (jobs: readonly T[]) => void;
  #jobs: T[] = [];
  #done = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(pace: Pace, work: (jobs: readonly T[]) => void) {
    this.#pace = pace;
    this.#work = work;
  }

  add(job: T): void {
    this.#jobs.push(job);
    this.#timer ??= setTimeout(() => this.#batch(), this.#pace.delayMs).unref();
  }

  /** Leaves the rest undone. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#jobs = [];
  }

  #batch(): void {
    const end = this.#done + this.#pace.batch;
    const jobs = this.#jobs.slice(this.#done, end);
    this.#done = end;
    if (end < this.#jobs.length) {
      this.#timer = setTimeout(() => this.#batch(), this.#pace.pauseMs).unref();
    } else {
      this.#jobs = [];
      this.#done = 0;
      this.#timer = undefined;
    }
    this.#work(jobs);
  }
}
