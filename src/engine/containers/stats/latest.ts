/** The newest of what comes: a reader that is slow misses what was in between. */
export class Latest<T> {
  #value: T | undefined;
  #isOver = false;
  #wake = () => {};

  put(value: T): void {
    this.#value = value;
    this.#wake();
  }

  end(): void {
    this.#isOver = true;
    this.#wake();
  }

  /** What came since the last call, or as soon as something does; undefined at the end. */
  async next(): Promise<T | undefined> {
    while (this.#value === undefined && !this.#isOver) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const value = this.#isOver ? undefined : this.#value;
    this.#value = undefined;
    return value;
  }
}
