import type { AnyCommand } from '../command.js';

/** A command that is loaded when it is called. */
export interface Entry {
  /** All of its names; the first is the one in the help of its group. */
  readonly names: readonly [string, ...string[]];
  readonly summary: string;
  load(): Promise<AnyCommand>;
}

type Module = Promise<{ readonly default: AnyCommand }>;

/** A command that has a file of its own. `names` are between commas. */
export function entry(names: string, summary: string, load: () => Module): Entry {
  return many(names, summary, async () => (await load()).default);
}

/** A command of a file that has several. `names` are between commas. */
export function many(names: string, summary: string, load: () => Promise<AnyCommand>): Entry {
  const [first = '', ...others] = names.split(', ');
  return { names: [first, ...others], summary, load };
}
