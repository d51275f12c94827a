/**
 * Lets only so many pieces of work be under way at a time; the others wait in order, and each begins in a turn of the
 * event loop of its own, so that what else there is to do is done between them. Not re-entrant.
 */
export class Limit {
  readonly #most: number;
  readonly #waiting: (() => void)[] = [];
  #underWay = 0;

  /** `most`: from 1 up. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Runs `work` when there is room, and hands back what it returns. */
  async run<T>(work: () => T | Promise<T>): Promise<T> {
    if (this.#underWay < this.#most) this.#underWay++;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      // Whoever is next takes the place over.
      const next = this.#waiting.shift();
      if (next) setImmediate(next);
      else this.#underWay--;
    }
  }
}
