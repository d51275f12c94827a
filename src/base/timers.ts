import type { FakeClock } from './clock.js';

/** Something that is going to happen. */
export interface Timer {
  /** Keeps it from happening; one that has happened is left alone. */
  cancel(): void;
}

/** The one way to have something done later, so that tests can make it later. */
export interface Timers {
  /** Does `work` once, after `ms` milliseconds. */
  after(ms: number, work: () => void): Timer;
}

/** What Node's timers can wait at most, 24.8 days in milliseconds; longer ones would be over at once. */
export const longestMs = 2 ** 31 - 1;

/** The real ones. */
export const systemTimers: Timers = {
  after(ms, work) {
    const handle = setTimeout(work, Math.min(ms, longestMs));
    return { cancel: () => clearTimeout(handle) };
  },
};

/** Timers of a clock that stands still until it is told to move. */
export class FakeTimers implements Timers {
  readonly #clock: FakeClock;
  readonly #waiting = new Set<{ readonly at: number; readonly work: () => void }>();

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  /** Milliseconds until each of those that wait, the soonest first. */
  get pending(): number[] {
    const now = this.#clock.monotonicMs();
    return [...this.#waiting].map(({ at }) => at - now).sort((a, b) => a - b);
  }

  after(ms: number, work: () => void): Timer {
    const one = { at: this.#clock.monotonicMs() + ms, work };
    this.#waiting.add(one);
    return { cancel: () => void this.#waiting.delete(one) };
  }

  /** Moves the clock on, and does what is due by then, each at its time. */
  advance(ms: number): void {
    const end = this.#clock.monotonicMs() + ms;
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#waiting.delete(next);
      this.#clock.advance(next.at - this.#clock.monotonicMs());
      next.work();
    }
    this.#clock.advance(end - this.#clock.monotonicMs());
  }

  #next(end: number) {
    const due = [...this.#waiting].filter(({ at }) => at <= end);
    return due.sort((a, b) => a.at - b.at)[0];
  }
}
