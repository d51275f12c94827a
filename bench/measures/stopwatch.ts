/** Times the parts of a sample, in milliseconds; `total` is their sum. */
export class Stopwatch {
  readonly #parts: Record<string, number> = {};
  #total = 0;

  /** Runs one part and notes how long it took. */
  async time<T>(part: string, run: () => Promise<T>): Promise<T> {
    const begin = performance.now();
    const result = await run();
    const took = performance.now() - begin;
    this.#parts[part] = took;
    this.#total += took;
    return result;
  }

  /** What was timed so far. */
  get parts(): Readonly<Record<string, number>> {
    return { ...this.#parts, total: this.#total };
  }
}
