import { IptablesError } from './error.js';
import { type Layout, layoutOf } from './layout.js';
import type { IptablesBase, IptablesGroup, IptablesPolicy, SavedTable } from './model.js';
import { isIntact, type JumpPlace, renderDrop, renderRebuild } from './rebuild.js';
import { renderAdd, renderDelete } from './render.js';
import type { SyncTables } from './sync.js';

/** Something that an owner already has was to be added. */
export class AlreadyInstalled extends Error {
  constructor(owner: string) {
    super(`firewall rules of ${owner} already exist`);
    this.name = 'AlreadyInstalled';
  }
}

/**
 * What each owner has in the tables of one family, above a base that stands anyway. The model here is the truth;
 * the kernel is read back only to find out what others did to it. Every method is one batch that is wholly there
 * afterwards or not at all, and the model follows it. The base exists after the first
 * {@link IptablesFirewall.replaceAll}.
 */
export class IptablesFirewall {
  readonly #tables: SyncTables;
  readonly #base: IptablesBase;
  #live = new Map<string, readonly IptablesGroup[]>();

  constructor({ tables, base }: { tables: SyncTables; base: IptablesBase }) {
    this.#tables = tables;
    this.#base = base;
  }

  /** Everyone who has something installed. */
  owners(): string[] {
    return [...this.#live.keys()];
  }

  /**
   * Adds groups; an owner may have several, but all in one call. If the tool refuses, the tables may have been
   * tampered with, so all is made anew once before giving up.
   * @throws AlreadyInstalled @throws InvalidRule @throws IptablesError
   */
  install(groups: readonly IptablesGroup[]): void {
    const newcomers = byOwner(groups);
    for (const owner of newcomers.keys()) {
      if (this.#live.has(owner)) throw new AlreadyInstalled(owner);
    }
    this.#restoreOrRebuild(renderAdd(groups), () => new Map([...this.#live, ...newcomers]));
    for (const [owner, theirs] of newcomers) this.#live.set(owner, theirs);
  }

  /**
   * Takes away all that the owners added; owners that have nothing are passed over. If some of it is gone already,
   * all is made anew without it. @throws IptablesError if that fails too
   */
  remove(owners: readonly string[]): void {
    const leaving = new Set(owners);
    const gone = [...leaving].flatMap((owner) => this.#live.get(owner) ?? []);
    const staying = () => new Map([...this.#live].filter(([owner]) => !leaving.has(owner)));
    this.#restoreOrRebuild(renderDelete(gone), staying);
    for (const owner of leaving) this.#live.delete(owner);
  }

  /** The base, first in its chains, and exactly these groups, whatever stood there. @throws IptablesError */
  replaceAll(groups: readonly IptablesGroup[]): void {
    const live = byOwner(groups);
    this.#rebuild(live, this.#tables.save(), 'first');
    this.#live = live;
  }

  /** Makes all of ours anew, whatever became of it. @throws IptablesError */
  rebuild(): void {
    this.#rebuild(this.#live, this.#tables.save(), 'kept');
  }

  /** Whether all of ours stands as it should; reads the tables. @throws IptablesError */
  isIntact(): boolean {
    return isIntact(this.#base, this.#layout(this.#live), this.#tables.save());
  }

  /**
   * Removes all of ours from the tables; the admin's chains stay. Nothing there is fine. Policies of built-in chains are
   * set if there was something: an owner's policies are no longer known. @throws IptablesError
   */
  drop(policies: readonly IptablesPolicy[] = []): void {
    this.#tables.restore(renderDrop(this.#base, this.#tables.save(), policies));
    this.#live.clear();
  }

  /** Throws the first error if the second attempt fails too: it is the one about what was asked for. */
  #restoreOrRebuild(
    batch: string,
    after: () => ReadonlyMap<string, readonly IptablesGroup[]>,
  ): void {
    try {
      this.#tables.restore(batch);
    } catch (error) {
      if (!(error instanceof IptablesError)) throw error;
      if (this.#tryRebuild(after())) return;
      // Tables that come before the refused one in the batch have changed already.
      this.#tryRebuild(this.#live);
      throw error;
    }
  }

  #tryRebuild(live: ReadonlyMap<string, readonly IptablesGroup[]>): boolean {
    try {
      this.#rebuild(live, this.#tables.save(), 'kept');
      return true;
    } catch {
      return false;
    }
  }

  #rebuild(
    live: ReadonlyMap<string, readonly IptablesGroup[]>,
    saved: readonly SavedTable[],
    place: JumpPlace,
  ): void {
    this.#tables.restore(renderRebuild(this.#base, this.#layout(live), saved, place));
  }

  #layout(live: ReadonlyMap<string, readonly IptablesGroup[]>): Layout {
    return layoutOf(this.#base, live.values());
  }
}

function byOwner(groups: readonly IptablesGroup[]): Map<string, IptablesGroup[]> {
  const owners = new Map<string, IptablesGroup[]>();
  for (const group of groups) {
    const theirs = owners.get(group.owner) ?? [];
    owners.set(group.owner, theirs);
    theirs.push(group);
  }
  return owners;
}
