import { type Cidr, encloses, lastOf } from '../../base/cidr.js';
import { bitsOf } from '../../base/ip.js';

/** Addresses from `from` to before `to`, both on the border of a subnet of the pool's size. */
interface Range {
  from: bigint;
  readonly to: bigint;
}

/** What stands in the way of a subnet, if anything does. */
export interface Obstacles {
  /** Another network's: gone from here for good, until {@link PoolRanges.giveBack} tells of it. */
  network(block: Cidr): Cidr | undefined;
  /** Something that comes and goes by itself, such as a route: looked at again each time. */
  passing(block: Cidr): Cidr | undefined;
}

/**
 * The part of a pool that may still have room, for subnets of one size. Whoever asks gets the lowest, and
 * what was found to be taken isn't looked at again before it is given back: a choice costs the same after
 * 1000 networks as after one.
 */
export class PoolRanges {
  readonly #base: Cidr;
  readonly #prefix: number;
  readonly #size: bigint;
  /** In order, apart from each other. */
  #ranges: Range[];

  /** @param prefix length of the subnets, not less than that of `base` */
  constructor(base: Cidr, prefix: number) {
    this.#base = base;
    this.#prefix = prefix;
    this.#size = 1n << BigInt(bitsOf(base.family) - prefix);
    this.#ranges = [{ from: base.address, to: lastOf(base).value + 1n }];
  }

  /** Takes the lowest subnet that nothing stands in the way of. Undefined when there is none. */
  take(obstacles: Obstacles): Cidr | undefined {
    const left: Range[] = [];
    for (let at = 0; at < this.#ranges.length; at++) {
      const range = this.#ranges[at];
      const found = range && this.#takeFrom(range, obstacles, left);
      if (!found) continue;
      this.#ranges = [...left, ...this.#ranges.slice(at + 1)];
      return found;
    }
    this.#ranges = left;
    return undefined;
  }

  /** A block that was taken has become free. */
  giveBack(block: Cidr): void {
    if (encloses(block, this.#base)) {
      this.#ranges = [{ from: this.#base.address, to: lastOf(this.#base).value + 1n }];
    } else if (encloses(this.#base, block)) {
      const from = block.address - (block.address % this.#size);
      this.#insert({ from, to: this.#after(block) });
    }
  }

  /** Leaves in `left` what is still to be looked at another time. */
  #takeFrom(range: Range, { network, passing }: Obstacles, left: Range[]): Cidr | undefined {
    let { from } = range;
    while (from < range.to) {
      const block = { family: this.#base.family, address: from, prefix: this.#prefix };
      const taken = network(block);
      const avoided = taken ?? passing(block);
      if (!avoided) {
        const next = from + this.#size;
        if (next < range.to) left.push({ from: next, to: range.to });
        return block;
      }
      const behind = this.#after(avoided);
      if (!taken) left.push({ from, to: lower(behind, range.to) });
      from = behind;
    }
    return undefined;
  }

  /** The first border at or behind the end of a block. */
  #after(block: Cidr): bigint {
    const end = lastOf(block).value + 1n;
    return ((end + this.#size - 1n) / this.#size) * this.#size;
  }

  /** Puts a range in its place, made one with those that it touches. */
  #insert(range: Range): void {
    const before = this.#ranges.filter(({ to }) => to < range.from);
    const after = this.#ranges.filter(({ from }) => from > range.to);
    const touched = this.#ranges.slice(before.length, this.#ranges.length - after.length);
    const from = lower(range.from, touched[0]?.from ?? range.from);
    const last = touched.at(-1)?.to ?? range.to;
    const to = last === lower(last, range.to) ? range.to : last;
    this.#ranges = [...before, { from, to }, ...after];
  }
}

function lower(a: bigint, b: bigint): bigint {
  if (a < b) return a;
  return b;
}
