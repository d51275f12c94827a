/** How it is paced. */
export interface Pace {
  /** How long after the first job is given the work begins. */
  readonly delayMs: number;
  /** Units done in one go, and the pause after them, in which others have their turn. */
  readonly batch: number;
  readonly pauseMs: number;
}

/** Some units of a job: `count` of them, the first of which has the number `from`. */
export interface Portion<T> {
  readonly job: T;
  readonly from: number;
  readonly count: number;
}

/** Work that nobody waits for, done a little at a time, in order. A job has one unit or many. */
export class PacedWork<T> implements Disposable {
  readonly #pace: Pace;
  readonly #sizeOf: (job: T) => number;
  readonly #work: (portions: readonly Portion<T>[]) => void;
  #jobs: T[] = [];
  /** Jobs that are done, and units of the next one. */
  #done = 0;
  #units = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    pace: Pace,
    sizeOf: (job: T) => number,
    work: (portions: readonly Portion<T>[]) => void,
  ) {
    this.#pace = pace;
    this.#sizeOf = sizeOf;
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
    const portions = this.#next();
    if (this.#done < this.#jobs.length) {
      this.#timer = setTimeout(() => this.#batch(), this.#pace.pauseMs).unref();
    } else {
      this.#jobs = [];
      this.#done = 0;
      this.#timer = undefined;
    }
    this.#work(portions);
  }

  #next(): Portion<T>[] {
    const portions: Portion<T>[] = [];
    for (let left = this.#pace.batch; left > 0; ) {
      const job = this.#jobs[this.#done];
      if (job === undefined) break;
      const from = this.#units;
      const count = Math.min(left, this.#sizeOf(job) - from);
      portions.push({ job, from, count });
      left -= count;
      this.#units += count;
      if (this.#units < this.#sizeOf(job)) break;
      this.#units = 0;
      this.#done++;
    }
    return portions;
  }
}
