import { FlagError } from '../failure.js';
import { cutArgv } from '../parse/argv.js';
import type { FlagTable } from '../parse/flag.js';

/**
 * Puts the program's own flags of a line that is being completed before `__complete`, too: names come from the daemon
 * that the line is about, `tsnet -H tcp://... stop <TAB>`.
 */
export function hoistFlags(words: readonly string[], globalFlags: FlagTable): readonly string[] {
  const [first, dashes, ...line] = words;
  if (first !== '__complete' || dashes !== '--') return words;
  try {
    const { args, help } = cutArgv(line.slice(0, -1), globalFlags, { optionsFirst: true });
    const flags = help ? [] : line.slice(0, line.length - 1 - args.length);
    return [...flags, ...words];
  } catch (error) {
    if (error instanceof FlagError) return words;
    throw error;
  }
}
