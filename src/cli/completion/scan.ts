import { shortNames } from '../parse/argv.js';
import type { FlagTable } from '../parse/flag.js';

/** The words of a command line before the one that is being typed. Unlike the parser it takes whatever there is. */
export interface Scanned {
  /** The arguments so far, without flags and their values. */
  readonly args: readonly string[];
  /** Long name of the flag whose value comes next. */
  readonly awaited?: string;
  /** No flag can follow any more. */
  readonly flagsOver: boolean;
}

/** Takes words apart as the parser would; those that it would refuse count as switches. */
export function scanWords(
  words: readonly string[],
  table: FlagTable,
  options: { optionsFirst: boolean },
): Scanned {
  const args: string[] = [];
  let awaited: string | undefined;
  let flagsOver = false;
  for (const word of words) {
    if (awaited !== undefined) {
      awaited = undefined;
    } else if (flagsOver || !/^-./.test(word)) {
      args.push(word);
      flagsOver ||= options.optionsFirst;
    } else if (word === '--') {
      flagsOver = true;
    } else {
      awaited = awaitedBy(word, table);
    }
  }
  return { args, flagsOver, ...(awaited !== undefined && { awaited }) };
}

/** The flag of a word that takes its value from the next one. */
function awaitedBy(word: string, table: FlagTable): string | undefined {
  if (word.startsWith('--')) {
    const name = word.slice(2);
    return takesValue(name, table) ? name : undefined;
  }
  const shorts = shortNames(table);
  const letters = [...word.slice(1)];
  const at = letters.findIndex((letter) => takesValue(shorts.get(letter), table));
  return at === letters.length - 1 ? shorts.get(letters[at] ?? '') : undefined;
}

function takesValue(name: string | undefined, table: FlagTable): boolean {
  if (name === undefined || !Object.hasOwn(table, name)) return false;
  return (table[name]?.kind ?? '') !== '';
}
