import type { ApiClient } from '../api/client/client.js';
import type { Chosen } from './connection/endpoint.js';
import type { UserConfig } from './connection/settings.js';
import type { FlagTable, FlagValues } from './parse/flag.js';

/** Where a command reads and writes. The streams are looked up late: opening the process's stdin takes time. */
export interface Terminal {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Width of the terminal that the user types into, for help: that may be on its way to a pager. */
  readonly columns?: number | undefined;
}

/** What a command is given. */
export interface Context {
  readonly api: ApiClient;
  readonly terminal: Terminal;
  /** The user's environment: `-e NAME` takes its value from here. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
  readonly debug: boolean;
  /** What the user has written into `config.json`. */
  readonly config: UserConfig;
  /** Which context leads to the daemon, and where the user's settings are. */
  readonly chosen: Chosen;
}

/** How many arguments a command takes; `most` is infinite if left out. */
export interface Arity {
  readonly least: number;
  readonly most?: number;
}

/** A command is data: help, the parser and the completion of its words come from it. */
export interface Command<F extends FlagTable> {
  /** After the name in the usage line: `[OPTIONS] IMAGE [COMMAND] [ARG...]`. */
  readonly usage: string;
  readonly summary: string;
  readonly arity: Arity;
  readonly flags: F;
  /** Everything from the first argument on belongs to the container. */
  readonly optionsFirst?: boolean;
  /** Errors carry the command's name and a hint, and exit with 125: those of the container stay apart. */
  readonly runsContainer?: boolean;
  /** Gives the exit code; nothing means 0. */
  run(context: Context, input: Input<F>): Promise<number | undefined>;
}

/** A parsed command line. */
export interface Input<F extends FlagTable> {
  readonly flags: FlagValues<F>;
  /** Names of the flags that the user gave. */
  readonly given: ReadonlySet<string>;
  readonly args: readonly string[];
}

/** A command whose flags' types are forgotten, for tables of commands. */
export interface AnyCommand extends Omit<Command<FlagTable>, 'run'> {
  run(context: Context, input: never): Promise<number | undefined>;
}

/** Lets the types of a command's flags be inferred from its table. */
export function command<F extends FlagTable>(definition: Command<F>): Command<F> {
  return definition;
}
