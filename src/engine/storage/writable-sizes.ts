/**
 * How much containers have written, counted no oftener than needed: who asks while it is being counted waits for the
 * same count, and what isn't mounted keeps its size.
 */
export class WritableSizes {
  readonly #mounted = new Set<string>();
  readonly #counts = new Map<string, Promise<number>>();

  /** Its files may change from now on. @returns whether they could not before */
  mounted(id: string): boolean {
    const isNew = !this.#mounted.has(id);
    this.#mounted.add(id);
    this.#counts.delete(id);
    return isNew;
  }

  /** They stay as they are from now on. */
  unmounted(id: string): void {
    if (this.#mounted.delete(id)) this.#counts.delete(id);
  }

  /** It is gone. */
  forget(id: string): void {
    this.#mounted.delete(id);
    this.#counts.delete(id);
  }

  /** The size of what `id` has written; `count` looks. */
  async of(id: string, count: () => Promise<number>): Promise<number> {
    const known = this.#counts.get(id);
    if (known !== undefined) return await known;
    const counting = count();
    this.#counts.set(id, counting);
    const drop = () => {
      if (this.#counts.get(id) === counting) this.#counts.delete(id);
    };
    try {
      const size = await counting;
      if (this.#mounted.has(id)) drop();
      return size;
    } catch (error) {
      drop();
      throw error;
    }
  }
}
