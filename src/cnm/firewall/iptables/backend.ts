import { Conflict } from '../../../base/errors.js';
import type { IptablesGroup } from '../../../native/iptables-wrapper/model.js';
import type { Firewall } from '../../kernel.js';
import type { FirewallPolicy, FirewallSettings } from '../model.js';
import { type IptablesOptions, MARK } from './base.js';
import type { FrameFilter } from './frames.js';
import { groupOf } from './groups.js';

/** The tables of one family in the kernel. Each method is one batch that is wholly there afterwards, or not at all. */
export interface FamilyTables {
  install(groups: readonly IptablesGroup[]): void;
  remove(owners: readonly string[]): void;
  replaceAll(groups: readonly IptablesGroup[]): void;
  /** Makes the tables anew as they should be. */
  rebuild(): void;
  /** Whether they are as they should be, what is foreign apart. */
  isIntact(): boolean;
}

/** The families that are told; one that is left out is somebody else's business. */
export type TablesByFamily = ReadonlyMap<4 | 6, FamilyTables>;

/** One of the things in the kernel that policies are spread over. */
interface Part {
  install(policies: readonly FirewallPolicy[]): void;
  remove(owners: readonly string[]): void;
  replaceAll(policies: readonly FirewallPolicy[]): void;
  rebuild(): void;
  isIntact(): boolean;
}

/** The firewall told by iptables, in Docker's chains. */
export class IptablesBackend implements Firewall {
  readonly #settings: FirewallSettings;
  readonly #options: IptablesOptions;
  readonly #families: readonly (4 | 6)[];
  readonly #parts: readonly Part[];
  readonly #commands: (family: 4 | 6, groups: readonly IptablesGroup[]) => string[];
  #owners = new Set<string>();

  /** `commands` gives the commands that add groups, a line each. */
  constructor(parts: {
    tables: TablesByFamily;
    frames: FrameFilter;
    settings: FirewallSettings;
    options: IptablesOptions;
    commands: (family: 4 | 6, groups: readonly IptablesGroup[]) => string[];
  }) {
    this.#settings = parts.settings;
    this.#options = parts.options;
    this.#commands = parts.commands;
    this.#families = [...parts.tables.keys()];
    this.#parts = [
      ...[...parts.tables].map(([family, tables]) => this.#part(family, tables)),
      parts.frames,
    ];
  }

  /** All or nothing over all families. @throws Conflict if an owner has something already */
  install(policies: readonly FirewallPolicy[]): void {
    const owners = [...new Set(policies.map(({ owner }) => owner))];
    for (const owner of owners) this.#refuseIfLive(owner);
    const done: Part[] = [];
    try {
      for (const part of this.#parts) {
        part.install(policies);
        done.push(part);
      }
    } catch (error) {
      for (const part of done) part.remove(owners);
      throw error;
    }
    for (const owner of owners) this.#owners.add(owner);
  }

  /** If one family refuses, another may be done: asking again is fine. */
  remove(owners: readonly string[]): void {
    for (const part of this.#parts) part.remove(owners);
    for (const owner of owners) this.#owners.delete(owner);
  }

  replaceAll(policies: readonly FirewallPolicy[]): void {
    for (const part of this.#parts) part.replaceAll(policies);
    this.#owners = new Set(policies.map(({ owner }) => owner));
  }

  repair(): void {
    for (const part of this.#parts) part.rebuild();
  }

  /** Whether others have damaged what is ours; reads the tables. */
  isDamaged(): boolean {
    return this.#parts.some((part) => !part.isIntact());
  }

  describe(policies: readonly FirewallPolicy[]): string[] {
    return this.#families.flatMap((family) =>
      this.#commands(family, this.#groups(family, policies)),
    );
  }

  #part(family: 4 | 6, tables: FamilyTables): Part {
    return {
      install: (policies) => tables.install(this.#groups(family, policies)),
      remove: (owners) => tables.remove(owners.map((owner) => `${MARK}${owner}`)),
      replaceAll: (policies) => tables.replaceAll(this.#groups(family, policies)),
      rebuild: () => tables.rebuild(),
      isIntact: () => tables.isIntact(),
    };
  }

  #groups(family: 4 | 6, policies: readonly FirewallPolicy[]): IptablesGroup[] {
    return policies.flatMap((policy) => {
      const group = groupOf(policy, family, this.#settings, this.#options);
      return group ? [group] : [];
    });
  }

  #refuseIfLive(owner: string): void {
    if (this.#owners.has(owner)) throw new Conflict(`firewall rules of ${owner} already exist`);
  }
}
