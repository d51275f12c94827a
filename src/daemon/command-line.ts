import { InvalidParameter } from '../base/errors.js';
import { type Flag, type FlagType, flags, type Options } from './flags.js';

/** What the command line says, before the file is read. */
export interface CommandLine {
  readonly help: boolean;
  readonly version: boolean;
  /** Only what was given. */
  readonly given: Partial<Options>;
}

/** A flag as it is looked up: one of the table, or one of those that ask for an answer. */
type Known = Pick<Flag, 'flag' | 'short' | 'type'>;

const known: readonly Known[] = [
  ...flags,
  { flag: 'help', short: 'h', type: 'boolean' },
  { flag: 'version', short: 'v', type: 'boolean' },
];

/**
 * Reads the command line as dockerd does (Go's pflag): `--name value`, `--name=value`, `-n value`, `-nvalue`,
 * short ones joined. A switch takes a value only after `=`. Of several values the last one counts, a list
 * has all of them. @throws InvalidParameter in dockerd's words
 */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const values = new Map<string, unknown>();
  const rest = [...argv];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (!/^-./.test(word) || word === '--') refuseArgument(word === '--' ? rest[0] : word);
    else if (word.startsWith('--')) readLong(word, rest, values);
    else readShorts(word, rest, values);
  }
  const { help = false, version = false, ...given } = Object.fromEntries(values);
  return { help: help === true, version: version === true, given: given as Partial<Options> };
}

function refuseArgument(argument: string | undefined): void {
  if (argument === undefined) return;
  throw new InvalidParameter(`"tsnetd" accepts no arguments, but was given: ${argument}`);
}

function readLong(word: string, rest: string[], values: Map<string, unknown>): void {
  const [, name = '', value] = /^--([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
  const flag = known.find((one) => one.flag === name);
  if (!flag) throw new InvalidParameter(`unknown flag: --${name}`);
  keep(flag, value ?? (flag.type === 'boolean' ? 'true' : next(rest, `--${name}`)), values);
}

/** `-D`, `-DH unix:///x`, `-Hunix:///x`, `-H=unix:///x`: the first that takes a value has the rest. */
function readShorts(word: string, rest: string[], values: Map<string, unknown>): void {
  for (let at = 1; at < word.length; at++) {
    const letter = word.charAt(at);
    const behind = word.slice(at + 1);
    const flag = known.find(({ short }) => short === letter);
    if (!flag) throw new InvalidParameter(`unknown shorthand flag: '${letter}' in ${word}`);
    const value = behind.startsWith('=') ? behind.slice(1) : behind;
    if (flag.type === 'boolean' && value === behind) {
      keep(flag, 'true', values);
      continue;
    }
    keep(flag, behind === '' ? next(rest, `'${letter}' in ${word}`) : value, values);
    return;
  }
}

function next(rest: string[], flag: string): string {
  const value = rest.shift();
  if (value === undefined) throw new InvalidParameter(`flag needs an argument: ${flag}`);
  return value;
}

/** How the text of one value is read. @throws Error with the reason */
const readers: { readonly [T in FlagType]: (text: string) => unknown } = {
  boolean: (text) => {
    // As Go's strconv.ParseBool.
    if (/^(1|t|T|true|TRUE|True)$/.test(text)) return true;
    if (/^(0|f|F|false|FALSE|False)$/.test(text)) return false;
    throw new Error('must be true or false');
  },
  number: (text) => {
    if (/^\d{1,9}$/.test(text)) return Number(text);
    throw new Error('must be a whole number');
  },
  integer: (text) => {
    if (/^-?\d{1,9}$/.test(text)) return Number(text);
    throw new Error('must be a whole number');
  },
  string: (text) => text,
  list: (text) => text,
  map: (text) => {
    const at = text.indexOf('=');
    if (at < 1) throw new Error('must be KEY=VALUE');
    return { [text.slice(0, at)]: text.slice(at + 1) };
  },
};

/** What a further use of a flag makes of the former ones. */
function joined(type: FlagType, before: unknown, value: unknown): unknown {
  if (type === 'list') return [...(Array.isArray(before) ? before : []), value];
  if (type === 'map') return Object.assign({}, before, value);
  return value;
}

function keep({ flag, short, type }: Known, text: string, values: Map<string, unknown>): void {
  try {
    const value = readers[type](text);
    values.set(flag, joined(type, values.get(flag), value));
  } catch (error) {
    const name = short ? `-${short}, --${flag}` : `--${flag}`;
    const reason = error instanceof Error ? error.message : String(error);
    throw new InvalidParameter(`invalid argument "${text}" for "${name}" flag: ${reason}`);
  }
}

const byName = (a: Flag, b: Flag) => (a.flag < b.flag ? -1 : 1);

/** The text of `--help`. */
export function usage(): string {
  const rows = [...flags].sort(byName).map(({ flag, type, help, ...row }: Flag) => {
    const name = `${row.short ? `-${row.short}, ` : '    '}--${flag}${type === 'boolean' ? '' : ` ${type}`}`;
    return `  ${name.padEnd(38)} ${help}`;
  });
  return `\nUsage:  tsnetd [OPTIONS]\n\nA container engine with Docker's API, networking first.\n\nOptions:\n${rows.join('\n')}\n`;
}
