/** The tables of iptables. */
export type IptablesTable = 'filter' | 'nat' | 'mangle' | 'raw' | 'security';

/** A chain that is not built in. */
export interface IptablesChain {
  readonly table: IptablesTable;
  /** At most 28 characters (XT_EXTENSION_MAXNAMELEN). */
  readonly name: string;
}

/**
 * A rule. `match` and `target` are the words of iptables' command line, unquoted:
 * `['-p', 'tcp', '-m', 'tcp', '--dport', '80']` and `['DNAT', '--to-destination', '172.17.0.2:80']`.
 */
export interface IptablesRule {
  readonly table: IptablesTable;
  readonly chain: string;
  readonly match: readonly string[];
  /** Empty for a rule that only counts. */
  readonly target: readonly string[];
  /** `-g` in place of `-j`: the called chain returns to the caller's caller. Default false. */
  readonly goto?: boolean;
  /** Text for the reader. At most 255 bytes together with the owner (XT_MAX_COMMENT_LEN). */
  readonly comment?: string;
  /** Whether the rule goes before all others of its chain, or after them. Default `bottom`. */
  readonly at?: 'top' | 'bottom';
}

/**
 * What one owner has in the tables of one address family: chains of its own, and rules in these and any
 * other chains. Adding a group and removing it are the same data rendered twice.
 */
export interface IptablesGroup {
  /** A word without white space, e.g. `network/4f1a`. It is the first word of each rule's comment. */
  readonly owner: string;
  readonly chains: readonly IptablesChain[];
  readonly rules: readonly IptablesRule[];
}

/** A table as `iptables-save` prints it. */
export interface SavedTable {
  readonly table: IptablesTable;
  /** `policy` for built-in chains only. */
  readonly chains: readonly { readonly name: string; readonly policy?: string }[];
  /** In order, without counters. */
  readonly rules: readonly IptablesRule[];
}
