import type { NftFragment } from '../../../native/nft/model.js';
import type { Firewall } from '../../kernel.js';
import type { FirewallPolicy, FirewallSettings } from '../model.js';
import { fragmentsOf } from './fragments.js';

/** The tables in the kernel. Each method is one transaction that happens or doesn't. */
export interface FragmentTables {
  install(fragments: readonly NftFragment[]): void;
  remove(owners: readonly string[]): void;
  replaceAll(fragments: readonly NftFragment[]): void;
  /** Makes the tables anew as they should be. */
  rebuild(): void;
}

/** The firewall told by nftables. */
export class NftablesBackend implements Firewall {
  readonly #tables: FragmentTables;
  readonly #settings: FirewallSettings;
  readonly #render: (fragments: readonly NftFragment[]) => string;

  /** `render` gives the script that adds fragments, a command a line. */
  constructor(parts: {
    tables: FragmentTables;
    settings: FirewallSettings;
    render: (fragments: readonly NftFragment[]) => string;
  }) {
    this.#tables = parts.tables;
    this.#settings = parts.settings;
    this.#render = parts.render;
  }

  install(policies: readonly FirewallPolicy[]): void {
    this.#tables.install(this.#fragments(policies));
  }

  remove(owners: readonly string[]): void {
    this.#tables.remove(owners);
  }

  replaceAll(policies: readonly FirewallPolicy[]): void {
    this.#tables.replaceAll(this.#fragments(policies));
  }

  repair(): void {
    this.#tables.rebuild();
  }

  describe(policies: readonly FirewallPolicy[]): string[] {
    return this.#render(this.#fragments(policies)).split('\n').filter(Boolean);
  }

  #fragments(policies: readonly FirewallPolicy[]): NftFragment[] {
    return policies.flatMap((policy) => fragmentsOf(policy, this.#settings));
  }
}
