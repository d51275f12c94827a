import type { IptablesGroup, IptablesPolicy, IptablesRule, IptablesTable } from './model.js';
import { chainName, ownerComment, quoteWord, quoteWords } from './words.js';

/*
 * Groups -> text for `iptables-restore --noflush`. A batch is atomic per table: either all of a table's
 * lines take effect, at its COMMIT, or none of them; tables before it stay.
 */

/** Lines by table. */
export type Lines = Map<IptablesTable, string[]>;

/** Adds the groups: chains (emptied if they exist), then rules. Rules `at: 'top'` keep their order among themselves. @throws InvalidRule */
export function renderAdd(groups: readonly IptablesGroup[]): string {
  const lines: Lines = new Map();
  for (const { table, name } of groups.flatMap(({ chains }) => chains)) {
    push(lines, table, `:${chainName(name)} - [0:0]`);
  }
  for (const policy of groups.flatMap(({ policies = [] }) => policies)) {
    push(lines, policy.table, policyLine(policy));
  }
  const rules = groups.flatMap(withOwner);
  const atTop = rules.filter(({ at }) => at === 'top').reverse();
  for (const rule of atTop) push(lines, rule.table, `-I ${chainName(rule.chain)} 1${spec(rule)}`);
  for (const rule of rules.filter(({ at }) => at !== 'top')) {
    push(lines, rule.table, `-A ${chainName(rule.chain)}${spec(rule)}`);
  }
  return batch(lines);
}

/** Takes the groups away: rules in chains of others, then their own chains. It fails if one is missing. @throws InvalidRule */
export function renderDelete(groups: readonly IptablesGroup[]): string {
  const own = new Set(groups.flatMap(({ chains }) => chains.map(keyOf)));
  const foreign = groups
    .flatMap(withOwner)
    .filter(({ table, chain }) => !own.has(keyOf({ table, name: chain })));
  return renderRemoval(
    foreign,
    groups.flatMap(({ chains }) => chains),
  );
}

/** Deletes rules as they are, comments included, and chains with all that is in them. @throws InvalidRule */
export function renderRemoval(
  rules: readonly IptablesRule[],
  chains: IptablesGroup['chains'],
): string {
  const lines: Lines = new Map();
  for (const rule of rules) push(lines, rule.table, `-D ${chainName(rule.chain)}${spec(rule)}`);
  for (const { table, name } of chains) push(lines, table, `-F ${chainName(name)}`);
  for (const { table, name } of chains) push(lines, table, `-X ${chainName(name)}`);
  return batch(lines);
}

/** One name for a chain among all tables. */
export function keyOf({ table, name }: IptablesGroup['chains'][number]): string {
  return `${table} ${name}`;
}

/** The group's rules as they stand in a table: with the comment that tells whose they are. @throws InvalidRule */
export function withOwner({ owner, rules }: IptablesGroup): IptablesRule[] {
  return rules.map((rule) => ({ ...rule, comment: ownerComment(owner, rule.comment) }));
}

/** Sets the policy of a built-in chain. @throws InvalidRule */
export function policyLine({ chain, policy }: IptablesPolicy): string {
  return `-P ${chainName(chain)} ${policy}`;
}

/** A batch as the commands that it stands for, a line each: `iptables -t nat -A ...`. */
export function commandLines(text: string, program: string): string[] {
  let table = '';
  return text.split('\n').flatMap((line) => {
    if (line.startsWith('*')) table = line.slice(1);
    return line.startsWith('-') ? [`${program} -t ${table} ${line}`] : [];
  });
}

/** What follows the chain: matches, comment, target. */
export function spec({ match, comment, target, goto }: IptablesRule): string {
  const parts = [
    quoteWords(match),
    comment === undefined ? '' : `-m comment --comment ${quoteWord(comment)}`,
    target.length === 0 ? '' : `${goto ? '-g' : '-j'} ${quoteWords(target)}`,
  ];
  return parts.map((part) => (part === '' ? '' : ` ${part}`)).join('');
}

/** Adds a line to a table's. */
export function push(lines: Lines, table: IptablesTable, line: string): void {
  const ofTable = lines.get(table) ?? [];
  lines.set(table, ofTable);
  ofTable.push(line);
}

/** The text that iptables-restore reads, the tables in the order of the map. */
export function batch(lines: Lines): string {
  return [...lines]
    .map(([table, ofTable]) => `*${table}\n${ofTable.join('\n')}\nCOMMIT\n`)
    .join('');
}
