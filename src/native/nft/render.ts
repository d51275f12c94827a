import type {
  NftChain,
  NftElement,
  NftFamily,
  NftFragment,
  NftHook,
  NftRule,
  NftSet,
  NftTable,
} from './model.js';
import { identifier, quoteComment } from './quote.js';
import { elementText, ruleText, typeText } from './statement.js';

/*
 * Model -> nft text. One command a line, so that a line number in nft's complaint finds the culprit.
 * Within a script the order is: sets, chains, rules, elements; a rule names sets and chains, a verdict
 * map's element names a chain.
 */

/** A whole table, base and fragments, whatever was there of this name before. Fragments of other tables are passed over. */
export function renderTable(table: NftTable, fragments: readonly NftFragment[]): string {
  const at = `${table.family} ${identifier(table.name)}`;
  const its = fragments.filter((fragment) => isOf(fragment, table));
  return text([
    ...drop(table),
    `add table ${at}`,
    ...table.sets.map((set) => `add ${setKind(set)} ${at} ${identifier(set.name)} ${setBody(set)}`),
    ...table.chains.map((chain) => addChain(at, chain)),
    ...table.chains.flatMap((chain) => addRules(at, chain)),
    ...elementStatements('add', its),
    ...table.sets.flatMap((set) => startElements(at, set, its)),
  ]);
}

/** What the fragments add, for tables that exist. */
export function renderAdd(fragments: readonly NftFragment[]): string {
  return text(elementStatements('add', fragments));
}

/** Takes away what {@link renderAdd} added. */
export function renderDelete(fragments: readonly NftFragment[]): string {
  return text(elementStatements('delete', fragments));
}

/** Removes the table, or does nothing if there is none. */
export function renderDrop(table: Pick<NftTable, 'family' | 'name'>): string {
  return text(drop(table));
}

/** Whether the fragment adds to the table. */
export function isOf(
  fragment: Pick<NftFragment, 'family' | 'table'>,
  table: Pick<NftTable, 'family' | 'name'>,
): boolean {
  return fragment.family === table.family && fragment.table === table.name;
}

/** `delete` fails on a table that isn't there (`destroy` needs nft 1.0.7), so it is added first. */
function drop({ family, name }: { family: NftFamily; name: string }): string[] {
  return [`add table ${family} ${identifier(name)}`, `delete table ${family} ${identifier(name)}`];
}

function addChain(at: string, { name, hook }: NftChain): string {
  return `add chain ${at} ${identifier(name)}${hook ? ` ${hookBody(hook)}` : ''}`;
}

function hookBody({ type, at, priority, policy }: NftHook): string {
  return `{ type ${type} hook ${at} priority ${priority}; policy ${policy}; }`;
}

function addRules(at: string, { name, rules }: NftChain): string[] {
  return rules.map((rule) => {
    const comment = commentOf(rule);
    return `add rule ${at} ${identifier(name)} ${ruleText(rule.text)}${comment}`;
  });
}

/** The owner comes first: it is what a reader of `nft list ruleset` looks for. */
function commentOf({ comment }: Pick<NftRule, 'comment'>, owner?: string): string {
  const words = [owner, comment].filter((word) => word !== undefined);
  return words.length > 0 ? ` comment ${quoteComment(words.join(' '))}` : '';
}

function setKind(set: NftSet): 'set' | 'map' {
  return set.value === undefined ? 'set' : 'map';
}

/** A set that packets fill must have a limit; what comes beyond is not added. */
const maxDynamic = 65_535;

function setBody({ key, value, interval, dynamic }: NftSet): string {
  const type = value === undefined ? typeText(key) : `${typeText(key)} : ${typeText(value)}`;
  return `{ type ${type};${interval ? ' flags interval;' : ''}${dynamic ? ` flags dynamic; size ${maxDynamic};` : ''} }`;
}

/** What a set has at first, of what the fragments put into another. */
function startElements(at: string, set: NftSet, fragments: readonly NftFragment[]): string[] {
  const keys = fragments.flatMap(({ elements }) =>
    elements.filter((element) => element.set === set.startsAs).map(({ key }) => elementText(key)),
  );
  return keys.length > 0
    ? [`add element ${at} ${identifier(set.name)} { ${keys.join(', ')} }`]
    : [];
}

/** A table that somebody else fills: its chains, if they are missing. */
export function renderMissing({ family, name, chains }: NftTable): string {
  const at = `${family} ${identifier(name)}`;
  return text([`add table ${at}`, ...chains.map((chain) => addChain(at, chain))]);
}

/** One statement per set, with the elements of all fragments: nft's cost is per statement. */
function elementStatements(verb: 'add' | 'delete', fragments: readonly NftFragment[]): string[] {
  const render = verb === 'add' ? newElement : oldElement;
  const bySet = new Map<string, string[]>();
  for (const fragment of fragments) {
    for (const element of fragment.elements) {
      const set = `${tableOf(fragment)} ${identifier(element.set)}`;
      const elements = bySet.get(set) ?? [];
      bySet.set(set, elements);
      elements.push(render(element, fragment.owner));
    }
  }
  return [...bySet].map(([set, elements]) => `${verb} element ${set} { ${elements.join(', ')} }`);
}

/** The statement that changes one element, for messages. */
export function elementStatement(
  change: { verb: 'add' | 'delete'; family: NftFamily; table: string; set: Pick<NftSet, 'name'> },
  { key, value }: NftElement,
): string {
  const { verb, family, table, set } = change;
  const data = verb === 'add' && value !== undefined ? ` : ${value}` : '';
  return `${verb} element ${family} ${table} ${set.name} { ${key}${data} }`;
}

function newElement(element: NftElement, owner: string): string {
  const value = element.value === undefined ? '' : ` : ${elementText(element.value)}`;
  return `${elementText(element.key)}${commentOf(element, owner)}${value}`;
}

function oldElement({ key }: NftElement): string {
  return elementText(key);
}

function tableOf({ family, table }: NftFragment): string {
  return `${family} ${identifier(table)}`;
}

function text(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
