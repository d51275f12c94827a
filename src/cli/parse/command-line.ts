import parser from 'yargs-parser';
import type { Input } from '../command.js';
import { FlagError } from '../failure.js';
import { cutArgv } from './argv.js';
import type { Flag, FlagTable, FlagValues } from './flag.js';

/** yargs-parser guesses a lot; all of it is off. */
const literal = {
  'camel-case-expansion': false,
  'dot-notation': false,
  'parse-numbers': false,
  'parse-positional-numbers': false,
  'boolean-negation': false,
  'greedy-arrays': false,
  'short-option-groups': false,
};

/** Stands before every value, because yargs-parser strips quotes from values: the shell has done so already. */
const shield = '=';

/**
 * Parses a command line by a table of flags. Undefined if help was asked for.
 * @throws FlagError in Docker's words
 */
export function parseCommandLine<F extends FlagTable>(
  words: readonly string[],
  table: F,
  options: { optionsFirst: boolean; warn: (text: string) => void },
): Input<F> | undefined {
  const { uses, args, help } = cutArgv(words, table, options);
  if (help) return undefined;
  const names = [...new Set(uses.map(({ name }) => name))];
  const texts = parser(
    uses.map(({ name, text }) => `--${name}=${shield}${text}`),
    { array: names, string: names, configuration: literal },
  );
  const values: Record<string, unknown> = {};
  for (const name of names) {
    const flag = table[name];
    if (!flag) continue;
    if (flag.deprecated) options.warn(`Flag --${name} has been deprecated, ${flag.deprecated}`);
    const given: readonly string[] = texts[name];
    values[name] = fold(
      name,
      flag,
      given.map((text) => text.slice(shield.length)),
    );
  }
  const initial = Object.entries(table).map(([name, flag]) => [name, flag.initial]);
  // The table's own flags made every value, each of the type that its flag declares.
  const flags = { ...Object.fromEntries(initial), ...values } as FlagValues<F>;
  return { flags, args, given: new Set(names) };
}

function fold(name: string, flag: Flag<unknown>, texts: readonly string[]): unknown {
  return texts.reduce<unknown>((before, text) => {
    try {
      return flag.add(before, text);
    } catch (error) {
      const shown = flag.short ? `-${flag.short}, --${name}` : `--${name}`;
      const reason = error instanceof Error ? error.message : String(error);
      throw new FlagError(
        `invalid argument ${JSON.stringify(text)} for "${shown}" flag: ${reason}`,
      );
    }
  }, flag.initial);
}
