import type { IptablesBase, IptablesGroup, IptablesPolicy, IptablesRule } from './model.js';
import { keyOf, withOwner } from './render.js';

/** What shall stand in one family's tables, in the order in which the kernel has it. */
export interface Layout {
  /** All rules of ours except the base's jumps, with their comments; those of one chain in their order. */
  readonly rules: readonly IptablesRule[];
  readonly policies: readonly IptablesPolicy[];
}

/**
 * The base and groups of rules as adding them one after the other leaves them: what is `at: 'top'` goes before all
 * that its chain has. @throws InvalidRule
 */
export function layoutOf(base: IptablesBase, batches: Iterable<readonly IptablesGroup[]>): Layout {
  const chains = new Map<string, IptablesRule[]>();
  const add = (rules: readonly IptablesRule[]) => {
    for (const [key, theirs] of byChain(rules)) {
      const top = theirs.filter(({ at }) => at === 'top');
      const bottom = theirs.filter(({ at }) => at !== 'top');
      const before = chains.get(key) ?? [];
      if (top.length === 0) chains.set(key, appended(before, bottom));
      else chains.set(key, [...top, ...before, ...bottom]);
    }
  };
  add(withOwner({ owner: base.owner, chains: [], rules: base.rules }));
  const policies: IptablesPolicy[] = [];
  for (const groups of batches) {
    add(groups.flatMap(withOwner));
    policies.push(...groups.flatMap((group) => group.policies ?? []));
  }
  return { rules: [...chains.values()].flat(), policies };
}

/** Rules by table and chain. */
export function byChain(rules: readonly IptablesRule[]): Map<string, IptablesRule[]> {
  const chains = new Map<string, IptablesRule[]>();
  for (const rule of rules) {
    const key = keyOf({ table: rule.table, name: rule.chain });
    const theirs = chains.get(key) ?? [];
    chains.set(key, theirs);
    theirs.push(rule);
  }
  return chains;
}

function appended(rules: IptablesRule[], more: readonly IptablesRule[]): IptablesRule[] {
  rules.push(...more);
  return rules;
}
