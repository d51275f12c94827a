import type { Entry } from '../catalogue/entry.js';
import { catalogue, groups, isHidden } from '../catalogue.js';
import type { AnyCommand } from '../command.js';
import type { FlagTable } from '../parse/flag.js';
import { wantedArgument } from './arguments.js';
import { scanWords } from './scan.js';
import { wantedValue } from './values.js';
import type { NameKind, Wanted } from './wanted.js';

/** A word that can stand at the cursor. */
export interface Candidate {
  readonly word: string;
  /** What it is, in a few words; '' if it speaks for itself. */
  readonly about: string;
}

/** What may stand where the cursor is. */
export interface Suggestions {
  readonly candidates: readonly Candidate[];
  /** The shell may complete files, too. */
  readonly files: boolean;
}

/** Where names come from. */
export interface Names {
  /** None if they can't be had. `states` is for containers. */
  of(kind: NameKind, states: readonly string[]): Promise<readonly string[]>;
}

interface Asking {
  readonly globalFlags: FlagTable;
  readonly names: Names;
}

/** What can stand in the place of the last of `words`, which is what the user has typed of it. */
export async function suggest(words: readonly string[], asking: Asking): Promise<Suggestions> {
  const current = words.at(-1) ?? '';
  const { names, globalFlags } = asking;
  const program = scanWords(words.slice(0, -1), globalFlags, { optionsFirst: true });
  if (program.awaited !== undefined) return ofFlag('', program.awaited, current, names);
  const { group, rest } = cutGroup(program.args);
  if (rest.length === 0) {
    if (!current.startsWith('-')) return starting(commandsOf(group), current);
    return group === '' ? flagOrValue('', globalFlags, current, names) : nothing;
  }
  const name = [group, rest[0]].join(' ').trim();
  const entry = catalogue.find((one) => one.names.includes(name));
  if (!entry) return nothing;
  return ofCommand(entry, await entry.load(), [...rest.slice(1), current], names);
}

const nothing: Suggestions = { candidates: [], files: false };

async function ofCommand(
  { names: [id] }: Entry,
  { flags, usage, optionsFirst = false }: AnyCommand,
  words: readonly string[],
  names: Names,
): Promise<Suggestions> {
  const current = words.at(-1) ?? '';
  const { args, awaited, flagsOver } = scanWords(words.slice(0, -1), flags, { optionsFirst });
  if (awaited !== undefined) return ofFlag(id, awaited, current, names);
  if (current.startsWith('-') && !flagsOver) return flagOrValue(id, flags, current, names);
  return resolve(wantedArgument(id, usage, args.length), current, names);
}

/** A flag, or the value behind its `=`. */
async function flagOrValue(
  command: string,
  table: FlagTable,
  current: string,
  names: Names,
): Promise<Suggestions> {
  const at = current.indexOf('=');
  if (at > 0) {
    const head = current.slice(0, at + 1);
    const { candidates, files } = await ofFlag(
      command,
      head.slice(2, -1),
      current.slice(at + 1),
      names,
    );
    const whole = candidates.map(({ word, about }) => ({ word: head + word, about }));
    return { candidates: whole, files };
  }
  const flags = Object.entries(table)
    .filter(([, flag]) => !flag.hidden && !flag.deprecated)
    .map(([name, { usage }]) => ({ word: `--${name}`, about: firstLine(usage) }));
  return starting([...flags, { word: '--help', about: 'Print usage' }], current);
}

function ofFlag(
  command: string,
  flag: string,
  current: string,
  names: Names,
): Promise<Suggestions> {
  return resolve(wantedValue(command, flag, current), current, names);
}

async function resolve(wanted: Wanted, current: string, names: Names): Promise<Suggestions> {
  const { words = [], names: kinds = [], states = [], files = false } = wanted;
  const lists = await Promise.all([kinds].flat().map((kind) => names.of(kind, states)));
  const all = [...words, ...lists.flat()].map((word) => ({ word, about: '' }));
  return { ...starting(all, current), files };
}

function starting(candidates: readonly Candidate[], current: string): Suggestions {
  const fitting = candidates.filter(({ word }) => word.startsWith(current));
  const unique = new Map(fitting.map((candidate) => [candidate.word, candidate]));
  return {
    candidates: [...unique.values()].sort((a, b) => (a.word < b.word ? -1 : 1)),
    files: false,
  };
}

/** The commands and groups of a group; '' is the program. */
function commandsOf(group: string): Candidate[] {
  const prefix = group === '' ? '' : `${group} `;
  const named = [
    ...catalogue.flatMap(({ names, summary }) => names.map((name) => [name, summary] as const)),
    ...Object.entries(groups),
  ];
  return named
    .filter(([name]) => name.startsWith(prefix) && !isHidden(name))
    .map(([name, about]) => ({ word: name.slice(prefix.length), about }))
    .filter(({ word }) => !word.includes(' '));
}

/** The innermost group that words name, and what follows. */
function cutGroup(args: readonly string[]): { group: string; rest: readonly string[] } {
  let length = 0;
  while (length < args.length && groups[args.slice(0, length + 1).join(' ')] !== undefined)
    length++;
  return { group: args.slice(0, length).join(' '), rest: args.slice(length) };
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
