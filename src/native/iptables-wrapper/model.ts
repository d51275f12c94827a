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
  /** Set when the group is added; removing it leaves them as they are. Default none. */
  readonly policies?: readonly IptablesPolicy[];
}

/** What becomes of a packet that no rule of a built-in chain decides about. */
export interface IptablesPolicy {
  readonly table: IptablesTable;
  /** A built-in chain, `FORWARD`. */
  readonly chain: string;
  readonly policy: 'ACCEPT' | 'DROP';
}

/** The part of one family's tables that stands whoever has something in them. */
export interface IptablesBase {
  /** Owner of `rules`. */
  readonly owner: string;
  /** How the comment of each rule of ours begins, those of all owners included: the others are foreign. */
  readonly mark: string;
  /** Chains of ours, emptied whenever the tables are made anew. */
  readonly chains: readonly IptablesChain[];
  /** Chains of the admin: made where they are missing, otherwise left alone. */
  readonly userChains: readonly IptablesChain[];
  /** Ways from built-in chains to these, without comment, in the order in which they are to be first there. */
  readonly jumps: readonly IptablesRule[];
  readonly rules: readonly IptablesRule[];
  /** Chains that earlier programs had for the same purpose: they go, with the rules that lead to them. */
  readonly obsolete: readonly IptablesChain[];
}

/** A table as `iptables-save` prints it. */
export interface SavedTable {
  readonly table: IptablesTable;
  /** `policy` for built-in chains only. */
  readonly chains: readonly { readonly name: string; readonly policy?: string }[];
  /** In order, without counters. */
  readonly rules: readonly IptablesRule[];
}
