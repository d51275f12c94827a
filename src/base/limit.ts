import { systemTimers, type Timers } from './timers.js';

/** How long work counts as under way. */
export interface Patience {
  readonly ms: number;
  /** Default: the real ones. */
  readonly timers?: Timers;
}

/**
 * Lets only so many pieces of work be under way at a time, and begin in one turn of the event loop; the others wait in
 * order, so that what else there is to do is done between them. Not re-entrant.
 */
export class Limit {
  readonly #most: number;
  readonly #patience: Required<Patience> | undefined;
  readonly #waiting: (() => void)[] = [];
  #underWay = 0;

  /**
   * `most`: from 1 up. `patience`: work that takes longer waits for something else and goes on without a place, so that
   * what never ends is in nobody's way; left out: for ever.
   */
  constructor(most: number, patience?: Patience) {
    this.#most = most;
    this.#patience = patience && { timers: systemTimers, ...patience };
  }

  /** Runs `work` when there is room, and hands back what it returns. */
  async run<T>(work: () => T | Promise<T>): Promise<T> {
    if (this.#underWay < this.#most) this.#underWay++;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    const leave = this.#place();
    try {
      return await work();
    } finally {
      leave();
    }
  }

  /** @returns how to leave it; once it is left, that does nothing */
  #place(): () => void {
    let isLeft = false;
    const leave = () => {
      timer?.cancel();
      if (isLeft) return;
      isLeft = true;
      // Not before the next turn: of many that come in one turn each may be over before the next comes.
      setImmediate(() => this.#passOn());
    };
    const timer = this.#patience?.timers.after(this.#patience.ms, leave);
    return leave;
  }

  /** Whoever is next takes the place over. */
  #passOn(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#underWay--;
  }
}
