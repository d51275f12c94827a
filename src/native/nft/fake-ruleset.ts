/** A chain that a {@link Ruleset} holds. */
export interface FakeChain {
  readonly hook: string;
  readonly rules: string[];
}

/** A set or map; elements by key. */
export interface FakeSet {
  readonly type: string;
  readonly elements: Map<string, string>;
}

/** A table. */
export interface FakeTable {
  readonly chains: Map<string, FakeChain>;
  readonly sets: Map<string, FakeSet>;
}

/** Tables by `family name`. */
export type Ruleset = Map<string, FakeTable>;

/** The words of the kernel for what {@link applyLine} refuses. */
const NO_ENTRY = 'Could not process rule: No such file or directory';
const EXISTS = 'Could not process rule: File exists';

/** One command: table, name of chain or set (empty for tables), and what follows. */
interface Command {
  readonly ruleset: Ruleset;
  readonly table: string;
  readonly name: string;
  readonly rest: string;
}

/**
 * Applies one line as `render.ts` writes them. @throws Error with the kernel's words, e.g. when a rule
 * jumps to a chain that isn't there.
 */
export function applyLine(ruleset: Ruleset, line: string): void {
  const match =
    /^(add|delete) (table|set|map|chain|rule|element) (\S+ \S+)(?: (\S+))?(?: (.+))?$/.exec(line);
  const [, verb, kind, table = '', name = '', rest = ''] = match ?? [];
  const command = commands[`${verb} ${kind}`];
  if (!command) throw new Error('syntax error');
  command({ ruleset, table, name, rest });
}

const commands: Readonly<Record<string, (command: Command) => void>> = {
  'add table': ({ ruleset, table }) => {
    if (!ruleset.has(table)) ruleset.set(table, { chains: new Map(), sets: new Map() });
  },
  'delete table': ({ ruleset, table }) => {
    if (!ruleset.delete(table)) throw new Error(NO_ENTRY);
  },
  'add set': addSet,
  'add map': addSet,
  'add chain': (command) => {
    const { chains } = tableOf(command);
    if (!chains.has(command.name)) chains.set(command.name, { hook: command.rest, rules: [] });
  },
  'add rule': (command) => {
    checkTargets(tableOf(command), command.rest);
    chainOf(command).rules.push(command.rest);
  },
  'add element': (command) => {
    for (const element of elementsIn(command.rest)) addElement(command, element);
  },
  'delete element': (command) => {
    for (const key of elementsIn(command.rest)) {
      if (!setOf(command).elements.delete(key)) throw new Error(NO_ENTRY);
    }
  },
};

function addSet(command: Command): void {
  const { sets } = tableOf(command);
  if (!sets.has(command.name)) {
    sets.set(command.name, { type: command.rest, elements: new Map() });
  }
}

function addElement(command: Command, element: string): void {
  const [, key = '', comment = '', value = ''] =
    /^(.+?)(?: comment ("[^"]*"))?(?: : (.+))?$/.exec(element) ?? [];
  const { elements } = setOf(command);
  checkTargets(tableOf(command), value);
  const before = elements.get(key);
  if (before !== undefined && before.split(' # ')[0] !== value) throw new Error(EXISTS);
  elements.set(key, `${value} # ${comment}`);
}

/** `{ a, b comment "x, y" : c }` -> its elements. */
function elementsIn(braces: string): string[] {
  const elements = braces.slice(1, -1).match(/(?:"[^"]*"|[^,"])+/g) ?? [];
  return elements.map((element) => element.trim());
}

function tableOf({ ruleset, table }: Command): FakeTable {
  return existing(ruleset.get(table));
}

function chainOf(command: Command): FakeChain {
  return existing(tableOf(command).chains.get(command.name));
}

function setOf(command: Command): FakeSet {
  return existing(tableOf(command).sets.get(command.name));
}

function existing<T>(thing: T | undefined): T {
  if (thing === undefined) throw new Error(NO_ENTRY);
  return thing;
}

/** What a rule or a verdict names must be there: chains after jump and goto, sets after `@`. */
function checkTargets({ chains, sets }: FakeTable, text: string): void {
  const bare = text.replace(/"[^"]*"/g, '""');
  for (const chain of targetsOf(bare)) existing(chains.get(chain));
  for (const [, set = ''] of bare.matchAll(/@([\w./-]+)/g)) existing(sets.get(set));
}

function targetsOf(bare: string): string[] {
  return [...bare.matchAll(/\b(?:jump|goto) (\S+)/g)].map(([, chain = '']) => chain);
}
