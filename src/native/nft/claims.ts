import { Conflict, System } from '../../base/errors.js';
import type { NftFragment, NftTable } from './model.js';
import { isOf } from './render.js';

/** Owners of the elements of one set, by key. */
type Holders = Map<string, string>;

/**
 * Who holds which element. nft takes an element twice without a word if its value is the same, and the first owner
 * to leave would take it from the other; so nothing may be held twice.
 */
export class Claims {
  readonly #tables: readonly NftTable[];
  /** By `family table set`. */
  readonly #sets = new Map<string, Holders>();

  constructor(tables: readonly NftTable[]) {
    this.#tables = tables;
  }

  /** Claims for all fragments, or for none. @throws Conflict naming what is held, and by whom */
  take(fragments: readonly NftFragment[]): void {
    let taken = 0;
    try {
      for (const fragment of fragments) {
        this.#checkTable(fragment);
        this.#each(fragment, (holders, key, set) => {
          const holder = holders.get(key);
          if (holder !== undefined) refuse(`element ${set} { ${key} }`, fragment.owner, holder);
          holders.set(key, fragment.owner);
          taken++;
        });
      }
    } catch (error) {
      this.#release(fragments, taken);
      throw error;
    }
  }

  /** Gives up what {@link Claims.take} claimed. */
  release(fragments: readonly NftFragment[]): void {
    this.#release(fragments, Number.POSITIVE_INFINITY);
  }

  #release(fragments: readonly NftFragment[], count: number): void {
    let left = count;
    for (const fragment of fragments) {
      if (left <= 0) return;
      this.#each(fragment, (holders, key) => {
        if (left-- > 0) holders.delete(key);
      });
    }
  }

  #each(
    { family, table, elements }: NftFragment,
    visit: (holders: Holders, key: string, set: string) => void,
  ): void {
    let last = '';
    let name = '';
    let holders: Holders = new Map();
    for (const { set, key } of elements) {
      if (set !== last) {
        last = set;
        name = `${family} ${table} ${set}`;
        holders = this.#holders(name);
      }
      visit(holders, key, name);
    }
  }

  #holders(name: string): Holders {
    const holders = this.#sets.get(name) ?? new Map<string, string>();
    this.#sets.set(name, holders);
    return holders;
  }

  #checkTable(fragment: NftFragment): void {
    if (this.#tables.some((table) => isOf(fragment, table))) return;
    const { owner, family, table } = fragment;
    throw new System(`${owner} adds to firewall table ${family} ${table}, which is not ours`);
  }
}

function refuse(what: string, owner: string, holder: string): never {
  throw new Conflict(`${owner} can't have firewall ${what}: it belongs to ${holder}`);
}
