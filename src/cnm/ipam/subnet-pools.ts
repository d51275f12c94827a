import type { Cidr } from '../../base/cidr.js';
import { InvalidParameter } from '../../base/errors.js';
import { bitsOf, type Family } from '../../base/ip.js';
import { type Obstacles, PoolRanges } from './pool-ranges.js';
import type { AddressPool } from './pools.js';

/** What a network asks of the pools. */
export interface PoolRequest {
  readonly family: Family;
  /** Prefix length of the subnet; each pool's own when absent. */
  readonly prefix?: number;
}

/** The pools, and what of them is still to be had. */
export class SubnetPools {
  readonly #pools: readonly AddressPool[];
  /** For each pool: by prefix length, because a network may ask for another one than the pool's. */
  readonly #ranges = new Map<AddressPool, Map<number, PoolRanges>>();

  /** @param pools in order of preference, both families */
  constructor(pools: readonly AddressPool[]) {
    this.#pools = pools;
    for (const pool of pools) this.#ranges.set(pool, new Map());
  }

  /**
   * Takes a subnet out of the first pool that has one.
   * @throws InvalidParameter when no pool has one left, or none is large enough
   */
  take({ family, prefix }: PoolRequest, obstacles: Obstacles): Cidr {
    const fitting = this.#pools.filter(
      ({ base }) =>
        base.family === family &&
        (prefix === undefined || (prefix >= base.prefix && prefix <= bitsOf(family))),
    );
    if (fitting.length === 0) throw new InvalidParameter('invalid address pool');
    for (const pool of fitting) {
      const found = this.#rangesOf(pool, prefix ?? pool.size).take(obstacles);
      if (found) return found;
    }
    throw new InvalidParameter('all predefined address pools have been fully subnetted');
  }

  /** A block, from the pools or from a user, is in use no more. */
  giveBack(block: Cidr): void {
    for (const [{ base }, sizes] of this.#ranges) {
      if (base.family !== block.family) continue;
      for (const ranges of sizes.values()) ranges.giveBack(block);
    }
  }

  #rangesOf(pool: AddressPool, prefix: number): PoolRanges {
    const sizes = this.#ranges.get(pool);
    const ranges = sizes?.get(prefix) ?? new PoolRanges(pool.base, prefix);
    sizes?.set(prefix, ranges);
    return ranges;
  }
}
