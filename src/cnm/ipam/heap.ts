import { ByteTable } from './bytetable.js';

/** A queue that hands out its smallest number first; each number is in it at most once. */
export class MinHeap {
  readonly #items: bigint[] = [];
  readonly #members = new ByteTable();

  /** Puts `value` in, unless it is in already. */
  push(value: bigint): void {
    if (this.#members.get(value) !== 0) return;
    this.#members.set(value, 1);
    this.#items.push(value);
    this.#rise(this.#items.length - 1);
  }

  /** Takes the smallest number out. Undefined when empty. */
  pop(): bigint | undefined {
    const smallest = this.#items[0];
    const last = this.#items.pop();
    if (smallest === undefined || last === undefined) return undefined;
    this.#members.set(smallest, 0);
    if (this.#items.length > 0) {
      this.#items[0] = last;
      this.#sink();
    }
    return smallest;
  }

  #rise(start: number): void {
    let at = start;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#at(parent) <= this.#at(at)) return;
      this.#swap(parent, at);
      at = parent;
    }
  }

  #sink(): void {
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= this.#items.length) return;
      const right = left + 1;
      const child = right < this.#items.length && this.#at(right) < this.#at(left) ? right : left;
      if (this.#at(at) <= this.#at(child)) return;
      this.#swap(at, child);
      at = child;
    }
  }

  #at(index: number): bigint {
    return this.#items[index] ?? 0n;
  }

  #swap(a: number, b: number): void {
    const kept = this.#at(a);
    this.#items[a] = this.#at(b);
    this.#items[b] = kept;
  }
}
