import { Conflict, System } from '../../base/errors.js';
import type { NftFragment, NftTable } from './model.js';
import { isOf } from './render.js';

/** Who a chain or element of a table without an owner belongs to. */
const BASE = 'the base of the table';

/**
 * Who holds which chain and which element. nft takes an element twice without a word if its value is the
 * same, and the first owner to leave would take it from the other; so nothing may be held twice.
 */
export class Claims {
  readonly #tables: readonly NftTable[];
  readonly #holders = new Map<string, string>();

  constructor(tables: readonly NftTable[]) {
    this.#tables = tables;
    for (const { family, name, chains } of tables) {
      for (const chain of chains) this.#holders.set(chainKey(family, name, chain.name), BASE);
    }
  }

  /** Claims for all fragments, or for none. @throws Conflict naming what is held, and by whom */
  take(fragments: readonly NftFragment[]): void {
    const taken: string[] = [];
    try {
      for (const fragment of fragments) {
        this.#checkTable(fragment);
        for (const key of keysOf(fragment)) {
          this.#takeOne(key, fragment.owner);
          taken.push(key);
        }
      }
    } catch (error) {
      for (const key of taken) this.#holders.delete(key);
      throw error;
    }
  }

  /** Gives up what {@link Claims.take} claimed. */
  release(fragments: readonly NftFragment[]): void {
    for (const fragment of fragments) {
      for (const key of keysOf(fragment)) this.#holders.delete(key);
    }
  }

  #takeOne(key: string, owner: string): void {
    const holder = this.#holders.get(key);
    if (holder === undefined) this.#holders.set(key, owner);
    else throw new Conflict(`${owner} can't have firewall ${key}: it belongs to ${holder}`);
  }

  #checkTable(fragment: NftFragment): void {
    if (this.#tables.some((table) => isOf(fragment, table))) return;
    const { owner, family, table } = fragment;
    throw new System(`${owner} adds to firewall table ${family} ${table}, which is not ours`);
  }
}

function keysOf({ family, table, chains, elements }: NftFragment): string[] {
  return [
    ...chains.map(({ name }) => chainKey(family, table, name)),
    ...elements.map(({ set, key }) => `element ${family} ${table} ${set} { ${key} }`),
  ];
}

function chainKey(family: string, table: string, name: string): string {
  return `chain ${family} ${table} ${name}`;
}
