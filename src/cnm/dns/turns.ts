/** How many queries of one sandbox are taken up in one turn of the event loop; by UDP Node has the same bound, 32. */
const defaultPerTurn = 16;

/**
 * Spreads the work of one sandbox over turns of the event loop. A client can put thousands of queries into one piece
 * of a TCP stream: without this, nobody else would be heard until they are all answered.
 */
export class Turns {
  readonly #perTurn: number;
  #waiting = new Set<() => void>();
  #used = 0;
  #isScheduled = false;

  constructor(perTurn = defaultPerTurn) {
    this.#perTurn = perTurn;
  }

  /** Whether this turn has room for one more; if so, that is taken. */
  take(): boolean {
    if (this.#used >= this.#perTurn) return false;
    this.#used++;
    this.#schedule();
    return true;
  }

  /** Calls back in the next turn, after those who wait already. Who waits already isn't called twice. */
  wait(again: () => void): void {
    this.#waiting.add(again);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#used = 0;
      this.#serve();
    });
  }

  /** Those for whom there is no room this time come first the next time, before those who had their turn now. */
  #serve(): void {
    const queue = [...this.#waiting];
    this.#waiting = new Set();
    while (this.#used < this.#perTurn) {
      const again = queue.shift();
      if (!again) break;
      again();
    }
    this.#waiting = new Set([...queue, ...this.#waiting]);
    if (this.#waiting.size > 0) this.#schedule();
  }
}
