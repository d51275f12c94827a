import { IptablesError } from './error.js';
import type { SavedTable } from './model.js';
import { parseSave } from './parse.js';
import type { SyncTables } from './sync.js';

/** Chains of a table in order: policy of built-in ones, and rules as text behind `-A CHAIN`. */
type Chains = Map<string, { policy?: string; rules: string[] }>;

const builtIn: Readonly<Record<string, readonly string[]>> = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
};

/**
 * iptables that keeps its tables in memory. It understands what is rendered here, holds it to the kernel's main rules
 * (what is named exists, what is jumped to stays, a rule to delete is there), and applies each table whole or not
 * at all.
 */
export class FakeTables implements SyncTables {
  /** Every batch that was asked for, refused ones too. */
  readonly batches: string[] = [];
  #tables = new Map<string, Chains>();
  #refusals: string[] = [];

  /** Makes the next `times` batches fail before they change anything. */
  refuseNext(message: string, times = 1): void {
    this.#refusals.push(...Array<string>(times).fill(message));
  }

  restore(text: string): void {
    if (text === '') return;
    this.batches.push(text);
    const refusal = this.#refusals.shift();
    if (refusal !== undefined) throw refused(refusal, text);
    let table = '';
    let chains: Chains = new Map();
    text.split('\n').forEach((line, at) => {
      if (line.startsWith('*')) {
        table = line.slice(1);
        chains = structuredClone(this.#table(table));
      } else if (line === 'COMMIT') this.#tables.set(table, chains);
      else if (line !== '' && !apply(chains, line)) throw refused(`line ${at + 1} failed`, text);
    });
  }

  save(): SavedTable[] {
    return parseSave(this.text());
  }

  /** As `iptables-save` prints it. */
  text(): string {
    return [...this.#tables].map(([table, chains]) => tableText(table, chains)).join('');
  }

  /** What somebody else does: `-F DOCKER` and so on. */
  tamper(table: string, ...lines: readonly string[]): void {
    const chains = this.#table(table);
    for (const line of lines) if (!apply(chains, line)) throw new Error(`can't ${line}`);
    this.#tables.set(table, chains);
  }

  /** `iptables -F; iptables -X` in all tables. */
  flushAll(): void {
    this.#tables.clear();
  }

  #table(name: string): Chains {
    const chains = builtIn[name] ?? [];
    return (
      this.#tables.get(name) ??
      new Map(chains.map((chain) => [chain, { policy: 'ACCEPT', rules: [] }]))
    );
  }
}

function tableText(table: string, chains: Chains): string {
  const heads = [...chains].map(([name, { policy = '-' }]) => `:${name} ${policy} [0:0]\n`);
  const rules = [...chains].flatMap(([name, chain]) =>
    chain.rules.map((rule) => `-A ${name}${rule}\n`),
  );
  return `*${table}\n${heads.join('')}${rules.join('')}COMMIT\n`;
}

/** @returns whether the kernel would take it */
function apply(chains: Chains, line: string): boolean {
  if (line.startsWith(':')) {
    chains.set(line.slice(1).split(' ')[0] ?? '', { rules: [] });
    return true;
  }
  const [, verb = '', name = '', rest = ''] = /^(-\w) (\S+)(.*)$/.exec(line) ?? [];
  if (verb === '-N') {
    if (chains.has(name)) return false;
    chains.set(name, { rules: [] });
    return true;
  }
  const chain = chains.get(name);
  return chain !== undefined && (commands[verb]?.(chain, rest, chains, name) ?? false);
}

type Command = (
  chain: { policy?: string; rules: string[] },
  rest: string,
  chains: Chains,
  name: string,
) => boolean;

const commands: Readonly<Record<string, Command>> = {
  '-A': (chain, rest, chains) => leadsSomewhere(chains, rest) && chain.rules.push(rest) > 0,
  '-I': (chain, rest, chains) =>
    leadsSomewhere(chains, rest) && chain.rules.unshift(rest.replace(/^ 1(?= |$)/, '')) > 0,
  '-D': (chain, rest) => {
    const at = chain.rules.indexOf(rest);
    return at >= 0 && chain.rules.splice(at, 1).length === 1;
  },
  '-F': (chain) => {
    chain.rules = [];
    return true;
  },
  '-P': (chain, rest) => {
    chain.policy = rest.trim();
    return true;
  },
  '-X': (chain, _, chains, name) =>
    chain.rules.length === 0 &&
    [...chains.values()].every(({ rules }) => !rules.some((rule) => target(rule) === name)) &&
    chains.delete(name),
};

const verdicts = ['ACCEPT', 'DROP', 'RETURN', 'MASQUERADE', 'SNAT', 'DNAT'];

function leadsSomewhere(chains: Chains, rule: string): boolean {
  const name = target(rule);
  return name === undefined || verdicts.includes(name) || chains.has(name);
}

function target(rule: string): string | undefined {
  return / -j (\S+)/.exec(rule)?.[1];
}

function refused(message: string, batch: string): IptablesError {
  return new IptablesError('iptables-restore', { status: 1, stderr: message }, batch);
}
