import { byChain, type Layout } from './layout.js';
import type {
  IptablesBase,
  IptablesChain,
  IptablesPolicy,
  IptablesRule,
  IptablesTable,
  SavedTable,
} from './model.js';
import { batch, keyOf, type Lines, policyLine, push, spec } from './render.js';
import { chainName } from './words.js';

/** Protection comes first, the ways in last. */
const order: readonly IptablesTable[] = ['raw', 'mangle', 'filter', 'nat'];

/** Where the jumps shall be: before everything, or where they are if they are whole. */
export type JumpPlace = 'first' | 'kept';

/**
 * Makes all of ours anew in one batch, whatever became of it: chains of ours are emptied and filled, rules of
 * ours in other chains replaced. What is foreign stays as it is. @throws InvalidRule
 */
export function renderRebuild(
  base: IptablesBase,
  layout: Layout,
  saved: readonly SavedTable[],
  place: JumpPlace,
): string {
  const lines = emptyLines();
  const there = chainsIn(saved);
  for (const { table, name } of base.chains) push(lines, table, `:${chainName(name)} - [0:0]`);
  for (const chain of base.userChains) {
    // Not `:NAME`, which would empty a chain that somebody has made meanwhile.
    if (!there.has(keyOf(chain))) push(lines, chain.table, `-N ${chainName(chain.name)}`);
  }
  const kept = place === 'kept' && hasJumps(base, saved);
  const own = new Set(base.chains.map(keyOf));
  const obsolete = base.obsolete.filter((chain) => there.has(keyOf(chain)));
  const stale = foreignPlaces(saved, [...own, ...obsolete.map(keyOf)]).filter(
    (rule) =>
      isMarked(base, rule) ||
      (!kept && isJump(base, rule)) ||
      obsolete.some(({ table, name }) => rule.table === table && rule.target[0] === name),
  );
  deleteRules(lines, stale);
  deleteChains(lines, obsolete);
  if (!kept) {
    for (const jump of base.jumps.toReversed())
      push(lines, jump.table, `-I ${chainName(jump.chain)} 1${spec(jump)}`);
  }
  for (const policy of layout.policies) push(lines, policy.table, policyLine(policy));
  for (const rule of layout.rules)
    push(lines, rule.table, `-A ${chainName(rule.chain)}${spec(rule)}`);
  return batch(withContent(lines));
}

/**
 * Takes all of ours away; chains of the admin and the jumps to them stay. Nothing to do if the base's rules are not
 * there: chains of the same names are another program's then. A chain that a foreign rule leads to is only emptied,
 * as the rule could not be without it. `policies` are set where there was something to take away.
 */
export function renderDrop(
  base: IptablesBase,
  saved: readonly SavedTable[],
  policies: readonly IptablesPolicy[],
): string {
  if (!saved.some(({ rules }) => rules.some((rule) => isMarked(base, rule)))) return '';
  const lines = emptyLines();
  const there = chainsIn(saved);
  const chains = base.chains.filter((chain) => there.has(keyOf(chain)));
  const outside = foreignPlaces(saved, base.chains.map(keyOf));
  const userChains = new Set(base.userChains.map(({ name }) => name));
  const isOurs = (rule: IptablesRule) =>
    isMarked(base, rule) || (isJump(base, rule) && !userChains.has(rule.target[0] ?? ''));
  deleteRules(lines, outside.filter(isOurs));
  const stillUsed = outside.filter((rule) => !isOurs(rule));
  const isUsed = ({ table, name }: IptablesChain) =>
    stillUsed.some((rule) => rule.table === table && rule.target[0] === name);
  for (const chain of chains) push(lines, chain.table, `-F ${chainName(chain.name)}`);
  for (const chain of chains) {
    if (!isUsed(chain)) push(lines, chain.table, `-X ${chainName(chain.name)}`);
  }
  for (const policy of policies) push(lines, policy.table, policyLine(policy));
  return batch(withContent(lines));
}

/**
 * Whether all of ours stands as it should, in its order. Rules are known by comment and target: which words
 * `iptables-save` prints for a match is the business of the installed version. Foreign rules are none of ours,
 * wherever they are, in our own chains too.
 */
export function isIntact(
  base: IptablesBase,
  layout: Layout,
  saved: readonly SavedTable[],
): boolean {
  const there = chainsIn(saved);
  if (![...base.chains, ...base.userChains].every((chain) => there.has(keyOf(chain)))) return false;
  if (!hasJumps(base, saved)) return false;
  const standing = byChain(
    saved.flatMap(({ rules }) => rules).filter((rule) => isMarked(base, rule)),
  );
  const wanted = byChain(layout.rules);
  const places = new Set([...standing.keys(), ...wanted.keys()]);
  return [...places].every((key) => sameRules(standing.get(key) ?? [], wanted.get(key) ?? []));
}

/** Whether the jumps of each built-in chain are there in their order; others may be between them. */
function hasJumps(base: IptablesBase, saved: readonly SavedTable[]): boolean {
  const there = saved.flatMap(({ rules }) => rules).filter((rule) => isJump(base, rule));
  const texts = (rules: readonly IptablesRule[]) => rules.map(textOf).sort().join('\n');
  const inOrder = [...byChain(base.jumps)].every(
    ([key, jumps]) =>
      jumps.map(textOf).join() === (byChain(there).get(key) ?? []).map(textOf).join(),
  );
  return inOrder && texts(there) === texts(base.jumps);
}

function sameRules(some: readonly IptablesRule[], others: readonly IptablesRule[]): boolean {
  return (
    some.length === others.length &&
    some.every(
      ({ comment, target }, at) =>
        comment === others[at]?.comment && target[0] === others[at]?.target[0],
    )
  );
}

function isMarked({ mark }: IptablesBase, { comment }: IptablesRule): boolean {
  return comment?.startsWith(mark) ?? false;
}

function isJump({ jumps }: IptablesBase, rule: IptablesRule): boolean {
  return rule.comment === undefined && jumps.some((jump) => textOf(jump) === textOf(rule));
}

function textOf({ table, chain, match, target }: IptablesRule): string {
  return [table, chain, ...match, '-j', ...target].join(' ');
}

function placeOf({ table, chain }: IptablesRule): string {
  return keyOf({ table, name: chain });
}

/** Rules outside the chains named. */
function foreignPlaces(saved: readonly SavedTable[], chains: readonly string[]): IptablesRule[] {
  const without = new Set(chains);
  return saved.flatMap(({ rules }) => rules).filter((rule) => !without.has(placeOf(rule)));
}

function chainsIn(saved: readonly SavedTable[]): Set<string> {
  return new Set(
    saved.flatMap(({ table, chains }) => chains.map(({ name }) => keyOf({ table, name }))),
  );
}

function deleteRules(lines: Lines, rules: readonly IptablesRule[]): void {
  for (const rule of rules) push(lines, rule.table, `-D ${chainName(rule.chain)}${spec(rule)}`);
}

function deleteChains(lines: Lines, chains: readonly IptablesChain[]): void {
  for (const { table, name } of chains) push(lines, table, `-F ${chainName(name)}`);
  for (const { table, name } of chains) push(lines, table, `-X ${chainName(name)}`);
}

function emptyLines(): Lines {
  return new Map(order.map((table) => [table, []]));
}

function withContent(lines: Lines): Lines {
  return new Map([...lines].filter(([, ofTable]) => ofTable.length > 0));
}
