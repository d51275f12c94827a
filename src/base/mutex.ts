/**
 * Serialises asynchronous work per key: two tasks with the same key never overlap, tasks with
 * different keys don't wait for one another. Not re-entrant: a task must not wait for its own key.
 */
export class KeyedMutex {
  readonly #tails = new Map<string, Promise<void>>();

  /** Runs `task` when every earlier task of `key` has ended, and hands back what it returns. */
  async run<T>(key: string, task: () => T | Promise<T>): Promise<T> {
    const before = this.#tails.get(key) ?? Promise.resolve();
    const result = before.then(task);
    const tail = result.then(
      () => {},
      () => {},
    );
    this.#tails.set(key, tail);
    try {
      return await result;
    } finally {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    }
  }
}
