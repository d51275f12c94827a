import { type Cidr, encloses, lastOf } from '../../base/cidr.js';

/**
 * Blocks of one family that share no address, in order, so that overlaps are found by bisection: with 1000
 * networks a new one still looks at ten of them.
 */
export class SubnetIndex {
  readonly #blocks: Cidr[] = [];

  /** How many there are. */
  get size(): number {
    return this.#blocks.length;
  }

  /** Adds a block that overlaps none of those that are in. */
  add(block: Cidr): void {
    this.#blocks.splice(this.#at(block.address), 0, block);
  }

  /** Takes exactly this block out; nothing happens if it isn't in. */
  remove(block: Cidr): void {
    const at = this.#at(block.address);
    if (this.#blocks[at]?.address === block.address && this.#blocks[at]?.prefix === block.prefix)
      this.#blocks.splice(at, 1);
  }

  /** The lowest block that shares an address with this one. Undefined if none does. */
  overlapping(block: Cidr): Cidr | undefined {
    const at = this.#at(block.address);
    const before = this.#blocks[at - 1];
    if (before && encloses(before, block)) return before;
    const after = this.#blocks[at];
    return after && after.address <= lastOf(block).value ? after : undefined;
  }

  /** Where the first block that doesn't begin before `address` stands. */
  #at(address: bigint): number {
    let low = 0;
    let high = this.#blocks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#blocks[middle]?.address ?? 0n) < address) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
