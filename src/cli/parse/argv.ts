import { FlagError } from '../failure.js';
import type { Flag, FlagTable } from './flag.js';

/** A command line taken apart: each use of a flag by its long name, and the arguments. */
export interface Argv {
  readonly uses: readonly { readonly name: string; readonly text: string }[];
  readonly args: readonly string[];
  /** `--help` was seen. */
  readonly help: boolean;
}

/**
 * Cuts a command line by the rules of Docker's flags (those of the Go package pflag): `--name value`, `--name=value`,
 * `-n value`, `-nvalue`, `-n=value`, switches in clusters (`-it`), `--` ends them. A flag that needs a value takes
 * the next word, whatever it looks like; a switch never does.
 * With `optionsFirst` the first argument ends them, too.
 * @throws FlagError
 */
export function cutArgv(
  words: readonly string[],
  table: FlagTable,
  options: { optionsFirst: boolean },
): Argv {
  const shorts = shortNames(table);
  const uses: Argv['uses'][number][] = [];
  const args: string[] = [];
  let help = false;
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') {
      args.push(...rest.splice(0));
    } else if (!/^-./.test(word)) {
      args.push(word);
      if (options.optionsFirst) args.push(...rest.splice(0));
    } else if (isHelp(word, shorts)) {
      help = true;
    } else {
      uses.push(
        ...(word.startsWith('--') ? [long(word, rest, table)] : cluster(word, rest, table, shorts)),
      );
    }
  }
  return { uses, args, help };
}

/** Long names of flags by their letter. */
export function shortNames(table: FlagTable): ReadonlyMap<string, string> {
  const pairs = Object.entries(table).map(([name, { short = '' }]) => [short, name] as const);
  return new Map(pairs.filter(([short]) => short !== ''));
}

function isHelp(word: string, shorts: ReadonlyMap<string, string>): boolean {
  return word === '--help' || (word === '-h' && !shorts.has('h'));
}

type Use = Argv['uses'][number];

function isSwitch(flag: Flag<unknown>): boolean {
  return flag.kind === '';
}

function long(word: string, rest: string[], table: FlagTable): Use {
  const at = word.indexOf('=');
  const name = word.slice(2, at < 0 ? undefined : at);
  const flag = Object.hasOwn(table, name) ? table[name] : undefined;
  if (name === '' || name.startsWith('-')) throw new FlagError(`bad flag syntax: ${word}`);
  if (!flag) throw new FlagError(`unknown flag: --${name}`);
  if (at >= 0) return { name, text: word.slice(at + 1) };
  if (isSwitch(flag)) return { name, text: 'true' };
  const text = rest.shift();
  if (text === undefined) throw new FlagError(`flag needs an argument: --${name}`);
  return { name, text };
}

function cluster(
  word: string,
  rest: string[],
  table: FlagTable,
  shorts: ReadonlyMap<string, string>,
): Use[] {
  const uses: Use[] = [];
  let letters = word.slice(1);
  while (letters !== '') {
    const [letter = ''] = letters;
    const name = shorts.get(letter);
    const flag = name === undefined ? undefined : table[name];
    if (name === undefined || !flag) {
      throw new FlagError(`unknown shorthand flag: '${letter}' in -${letters}`);
    }
    const value = attached(letters, flag) ?? rest.shift();
    if (value === undefined)
      throw new FlagError(`flag needs an argument: '${letter}' in -${letters}`);
    uses.push({ name, text: value });
    letters = isSwitch(flag) && letters[1] !== '=' ? letters.slice(1) : '';
  }
  return uses;
}

/** The value that a letter has in its own word; undefined if the next word has to give it. */
function attached(letters: string, flag: Flag<unknown>): string | undefined {
  if (letters.length > 2 && letters[1] === '=') return letters.slice(2);
  if (isSwitch(flag)) return 'true';
  return letters.length > 1 ? letters.slice(1) : undefined;
}
