import { Conflict } from '../../base/errors.js';
import { Claims } from './claims.js';
import type { NftElementBatches } from './element-batch.js';
import { NftError } from './error.js';
import type { NftContext, NftFragment, NftTable } from './model.js';
import { renderAdd, renderDelete, renderDrop, renderMissing, renderTable } from './render.js';
import { type SetTable, setChanges, setTable } from './set-changes.js';

/** What a firewall works with. */
export interface NftFirewallParts {
  /** Stays the caller's to dispose, like the batches. */
  readonly nft: NftContext;
  /** Without them, libnftables changes elements, too, at several times the price. */
  readonly batches?: Pick<NftElementBatches, 'run'>;
  readonly tables: readonly NftTable[];
  /** Tables that others fill: chains that are missing are made, and nothing is ever changed or taken away. */
  readonly forOthers?: readonly NftTable[];
}

/**
 * The tables of one namespace, and what each owner has added to them. The model here is the truth, the
 * kernel a copy of it: nothing is ever read back. Every method is one transaction that happens or doesn't,
 * and the model follows it. The tables exist after the first {@link NftFirewall.replaceAll}.
 */
export class NftFirewall {
  readonly #nft: NftContext;
  readonly #batches: Pick<NftElementBatches, 'run'> | undefined;
  readonly #tables: readonly NftTable[];
  readonly #sets: SetTable;
  readonly #forOthers: readonly NftTable[];
  #claims: Claims;
  #live = new Map<string, readonly NftFragment[]>();
  #exists = false;

  constructor({ nft, batches, tables, forOthers = [] }: NftFirewallParts) {
    this.#nft = nft;
    this.#batches = batches;
    this.#tables = tables;
    this.#sets = setTable(tables);
    this.#forOthers = forOthers;
    this.#claims = new Claims(tables);
  }

  /** Everyone who has something installed. */
  owners(): string[] {
    return [...this.#live.keys()];
  }

  /**
   * Adds fragments; an owner may have several, in several tables, but all in one call. If the kernel refuses,
   * its tables may have been tampered with (`nft flush ruleset`), so all is made anew once before giving up.
   * @throws Conflict if an owner is already installed, or an element is another owner's
   * @throws NftError
   */
  install(fragments: readonly NftFragment[]): void {
    if (fragments.length === 0) return;
    const newcomers = byOwner(fragments);
    for (const owner of newcomers.keys()) this.#refuseIfLive(owner);
    this.#claims.take(fragments);
    try {
      this.#runOrRebuild('add', fragments, () => [...this.#fragments(), ...fragments]);
    } catch (error) {
      this.#claims.release(fragments);
      throw error;
    }
    for (const [owner, theirs] of newcomers) this.#live.set(owner, theirs);
  }

  /**
   * Takes away all that the owners added; owners that have nothing are passed over. If the kernel doesn't
   * have it any more, the tables are made anew without it. @throws NftError if that fails too
   */
  remove(owners: readonly string[]): void {
    const leaving = new Set(owners);
    const gone = [...leaving].flatMap((owner) => this.#live.get(owner) ?? []);
    if (gone.length === 0) return;
    const staying = () => this.#fragments().filter(({ owner }) => !leaving.has(owner));
    this.#runOrRebuild('delete', gone, staying);
    this.#claims.release(gone);
    for (const owner of leaving) this.#live.delete(owner);
  }

  /**
   * Makes the tables anew as they should be, whatever became of them. Before there are any, what stands is the
   * work of a daemon before, and stays. @throws NftError
   */
  rebuild(): void {
    if (!this.#exists) return;
    this.#nft.run(this.#whole(this.#fragments()));
    this.#makeMissing();
  }

  /** Makes the tables anew with these fragments in place of all others. @throws Conflict @throws NftError */
  replaceAll(fragments: readonly NftFragment[]): void {
    const claims = new Claims(this.#tables);
    claims.take(fragments);
    this.#nft.run(this.#whole(fragments));
    this.#claims = claims;
    this.#live = byOwner(fragments);
    this.#exists = true;
    this.#makeMissing();
  }

  /** Removes the tables from the kernel, and all owners. Tables already gone are fine. @throws NftError */
  dropTables(): void {
    this.#nft.run(this.#tables.map(renderDrop).join(''));
    this.#claims = new Claims(this.#tables);
    this.#live.clear();
    this.#exists = false;
  }

  /**
   * Throws the first error if the rebuild fails too: it is the one about the change that was asked for. What the
   * tables shall hold `after` is worked out only then, as that takes longer the more they hold.
   */
  #runOrRebuild(
    verb: 'add' | 'delete',
    fragments: readonly NftFragment[],
    after: () => readonly NftFragment[],
  ): void {
    try {
      this.#change(verb, fragments);
    } catch (error) {
      if (!(error instanceof NftError) || !this.#tryRun(this.#whole(after()))) throw error;
    }
  }

  #change(verb: 'add' | 'delete', fragments: readonly NftFragment[]): void {
    if (this.#batches) this.#batches.run(setChanges(verb, fragments, this.#sets));
    else this.#nft.run(verb === 'add' ? renderAdd(fragments) : renderDelete(fragments));
  }

  #makeMissing(): void {
    for (const table of this.#forOthers) {
      const isThere = table.chains.every(({ name }) =>
        this.#tryList(`chain ${table.family} ${table.name} ${name}`),
      );
      if (!isThere) this.#nft.run(renderMissing(table));
    }
  }

  #tryList(what: string): boolean {
    try {
      this.#nft.listJson(what);
      return true;
    } catch {
      return false;
    }
  }

  #tryRun(script: string): boolean {
    try {
      this.#nft.run(script);
      return true;
    } catch {
      return false;
    }
  }

  #whole(fragments: readonly NftFragment[]): string {
    return this.#tables.map((table) => renderTable(table, fragments)).join('');
  }

  #fragments(): NftFragment[] {
    return [...this.#live.values()].flat();
  }

  #refuseIfLive(owner: string): void {
    if (this.#live.has(owner)) throw new Conflict(`firewall rules of ${owner} already exist`);
  }
}

function byOwner(fragments: readonly NftFragment[]): Map<string, NftFragment[]> {
  const owners = new Map<string, NftFragment[]>();
  for (const fragment of fragments) {
    const theirs = owners.get(fragment.owner) ?? [];
    owners.set(fragment.owner, theirs);
    theirs.push(fragment);
  }
  return owners;
}
