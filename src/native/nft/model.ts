/**
 * An nftables table as data. A table has a fixed *base* (chains, maps, sets and their rules) and any number of
 * *fragments*, each owned by one network or endpoint: the elements that it adds to maps and sets. Adding a fragment
 * and removing it are the same data rendered twice. The whole table (base and all live fragments) can be rendered at
 * any time, which is how a restart and a repair work.
 */

export type NftFamily = 'ip' | 'ip6' | 'inet' | 'bridge' | 'arp';

/** A rule: its text as `nft` reads it, made only of constants and of values quoted by `quote.ts`. */
export interface NftRule {
  readonly text: string;
  readonly comment?: string;
}

/** A base chain has a hook; a regular chain is only jumped to. */
export interface NftChain {
  readonly name: string;
  readonly hook?: NftHook;
  readonly rules: readonly NftRule[];
}

/** Where a base chain is called from. */
export interface NftHook {
  readonly type: 'filter' | 'nat' | 'route';
  readonly at: 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting';
  readonly priority: number;
  readonly policy: 'accept' | 'drop';
}

/** A set, or a map when `value` is given. Types are nft's: `ifname`, `ipv4_addr . inet_service`, `verdict`. */
export interface NftSet {
  readonly name: string;
  readonly key: string;
  readonly value?: string;
  /** Keys may be ranges and prefixes. */
  readonly interval?: boolean;
  /** Rules may add elements as packets come (`add @name { ... }`); no fragment fills it. */
  readonly dynamic?: boolean;
  /**
   * A set of the same table whose keys this one has when the table is made anew: what packets had added to a
   * dynamic set is lost then. Empty at first without it.
   */
  readonly startsAs?: string;
}

/** One element: key and value as nft text. */
export interface NftElement {
  readonly set: string;
  readonly key: string;
  readonly value?: string;
  readonly comment?: string;
}

/** A table without anything that belongs to one network or endpoint. */
export interface NftTable {
  readonly family: NftFamily;
  readonly name: string;
  readonly sets: readonly NftSet[];
  readonly chains: readonly NftChain[];
}

/** What one owner adds to a table. */
export interface NftFragment {
  /** `network/<id>` or `endpoint/<id>`: the comment of its elements. */
  readonly owner: string;
  readonly family: NftFamily;
  readonly table: string;
  readonly elements: readonly NftElement[];
}

/** Runs nft text as one transaction in the one namespace that it was opened in. @throws NftError with nft's text. */
export interface NftContext extends Disposable {
  run(script: string): void;
  /** Like `nft -j list ...`: for tests and diagnosis, not for planning. */
  listJson(what: string): unknown;
}
