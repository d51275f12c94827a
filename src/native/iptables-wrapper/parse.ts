import type { IptablesRule, IptablesTable, SavedTable } from './model.js';
import { splitWords } from './words.js';

const tables: readonly string[] = ['filter', 'nat', 'mangle', 'raw', 'security'];

/** A table while it is being read. */
interface Draft {
  readonly table: IptablesTable;
  readonly chains: { name: string; policy?: string }[];
  readonly rules: IptablesRule[];
}

/** Text that is not from `iptables-save`. */
export class ParseError extends Error {
  constructor(line: string, number: number) {
    super(`line ${number} is not iptables-save output: ${line}`);
    this.name = 'ParseError';
  }
}

/** Reads the output of `iptables-save` or `ip6tables-save`, with or without counters. @throws ParseError */
export function parseSave(text: string): SavedTable[] {
  const drafts: Draft[] = [];
  text.split('\n').forEach((raw, i) => {
    const line = raw.trim();
    if (line === '' || line.startsWith('#') || line === 'COMMIT') return;
    if (!readLine(drafts, line)) throw new ParseError(line, i + 1);
  });
  return drafts;
}

/** Whether the rule is marked with the owner: the first word of its comment. */
export function isOwnedBy({ comment = '' }: IptablesRule, owner: string): boolean {
  return comment === owner || comment.startsWith(`${owner} `);
}

function readLine(drafts: Draft[], line: string): boolean {
  const current = drafts.at(-1);
  if (line.startsWith('*')) return readTable(drafts, line.slice(1));
  if (!current) return false;
  if (line.startsWith(':')) return readChain(current, line.slice(1));
  return readRule(current, splitWords(line.replace(/^\[\d+:\d+\] /, '')));
}

function readTable(drafts: Draft[], name: string): boolean {
  if (!isTable(name)) return false;
  drafts.push({ table: name, chains: [], rules: [] });
  return true;
}

function readChain({ chains }: Draft, text: string): boolean {
  const [name = '', policy = ''] = text.split(' ');
  if (name === '' || policy === '') return false;
  chains.push(policy === '-' ? { name } : { name, policy });
  return true;
}

function readRule({ table, rules }: Draft, [command, chain, ...words]: string[]): boolean {
  if (command !== '-A' || chain === undefined) return false;
  const jump = words.findIndex((word) => word === '-j' || word === '-g');
  const match = jump < 0 ? words : words.slice(0, jump);
  const comment = takeLastComment(match);
  rules.push({
    table,
    chain,
    match,
    target: jump < 0 ? [] : words.slice(jump + 1),
    ...(words[jump] === '-g' && { goto: true }),
    ...(comment !== undefined && { comment }),
  });
  return true;
}

/**
 * Takes `-m comment --comment TEXT` off the end. One before other matches stays a match: to iptables, which
 * finds a rule to delete by comparing, the order of matches counts.
 */
function takeLastComment(match: string[]): string | undefined {
  const [flag, name, option, text] = match.slice(-4);
  if (flag !== '-m' || name !== 'comment' || option !== '--comment') return undefined;
  match.splice(-4);
  return text;
}

function isTable(name: string): name is IptablesTable {
  return tables.includes(name);
}
