import { parseCsv } from './csv.js';
import { parseInteger } from './numbers.js';

/** One option of a command: its help, and how its texts become a value. */
export interface Flag<T> {
  /** One letter for `-x`. */
  readonly short?: string;
  readonly usage: string;
  /** Type as help shows it; '' for switches. */
  readonly kind: string;
  /** Default as help shows it: `"missing"`, `true`. Not shown if left out. */
  readonly shownDefault?: string;
  /** Not in help. */
  readonly hidden?: boolean;
  /** What to use instead; told when the flag is used. */
  readonly deprecated?: string;
  /** Value if the flag isn't given. */
  readonly initial: T;
  /** Adds one use of the flag. @throws Error saying what is wrong with the text */
  add(before: T, text: string): T;
}

/** Flags by long name. */
export type FlagTable = Readonly<Record<string, Flag<unknown>>>;

/** The values that a table of flags leads to. */
export type FlagValues<F extends FlagTable> = {
  readonly [K in keyof F]: F[K] extends Flag<infer T> ? T : never;
};

type Extras = Partial<
  Pick<Flag<unknown>, 'short' | 'kind' | 'hidden' | 'deprecated' | 'shownDefault'>
>;

const trueTexts = ['1', 't', 'T', 'true', 'TRUE', 'True'];
const falseTexts = ['0', 'f', 'F', 'false', 'FALSE', 'False'];

/** A switch. `--name` is `--name=true`. */
export function toggle(usage: string, extras: Extras & { on?: boolean } = {}): Flag<boolean> {
  const { on = false, ...rest } = extras;
  return {
    usage,
    kind: '',
    initial: on,
    ...(on && { shownDefault: 'true' }),
    ...rest,
    add: (_, text) => {
      if (trueTexts.includes(text)) return true;
      if (falseTexts.includes(text)) return false;
      throw new Error(`strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`);
    },
  };
}

/** A text; the last one counts. */
export function text(usage: string, extras: Extras & { initial?: string } = {}): Flag<string> {
  const { initial = '', ...rest } = extras;
  return {
    usage,
    kind: 'string',
    initial,
    ...(initial !== '' && { shownDefault: JSON.stringify(initial) }),
    ...rest,
    add: (_, value) => value,
  };
}

/** A whole number; undefined if not given. */
export function integer(usage: string, extras: Extras = {}): Flag<number | undefined> {
  return {
    usage,
    kind: 'int',
    initial: undefined,
    ...extras,
    add: (_, value) => parseInteger(value),
  };
}

/** Anything else that is given once. */
export function value<T>(
  usage: string,
  parse: (text: string) => T,
  extras: Extras & { kind: string },
): Flag<T | undefined> {
  return { usage, initial: undefined, ...extras, add: (_, one) => parse(one) };
}

/** Anything that may be given several times. */
export function list<T = string>(
  usage: string,
  extras: Extras & { parse?: (text: string) => T } = {},
): Flag<readonly T[]> {
  const { parse, ...rest } = extras;
  return {
    usage,
    kind: 'list',
    initial: [],
    ...rest,
    // Without `parse`, T is string.
    add: (before, one) => [...before, parse ? parse(one) : (one as T)],
  };
}

/** A list that also takes several values between commas. */
export function commaList(usage: string, extras: Extras = {}): Flag<readonly string[]> {
  return {
    usage,
    kind: 'strings',
    initial: [],
    ...extras,
    add: (before, one) => [...before, ...parseCsv(one)],
  };
}

/** `key=value` pairs; a key alone has the value ''. */
export function map(
  usage: string,
  extras: Extras & { check?: (text: string) => void } = {},
): Flag<Readonly<Record<string, string>>> {
  const { check, ...rest } = extras;
  return {
    usage,
    kind: 'map',
    initial: {},
    shownDefault: 'map[]',
    ...rest,
    add: (before, one) => {
      check?.(one);
      return { ...before, ...Object.fromEntries([splitPair(one)]) };
    },
  };
}

/** Cuts at the first `=`. */
export function splitPair(pair: string): [key: string, value: string] {
  const at = pair.indexOf('=');
  return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
}

/** Key and value of `-f key=value`. @throws Error in Docker's words */
export function parseFilter(one: string): readonly [string, string] {
  if (!one.includes('=')) throw new Error('bad format of filter (expected name=value)');
  const [key, filter] = splitPair(one);
  return [key.trim().toLowerCase(), filter.trim()];
}

/** `-f`, `--filter` of listings and prune. */
export function filters(
  usage = 'Filter output based on conditions provided',
  extras: Extras = { short: 'f' },
): Flag<readonly (readonly [string, string])[]> {
  return list(usage, { kind: 'filter', ...extras, parse: parseFilter });
}

const tableHelp =
  "Format output using a custom template:\n'table':            Print output in table format with column headers (default)\n" +
  "'table TEMPLATE':   Print output in table format using the given Go template\n";
const formatHelp =
  "'json':             Print in JSON format\n'TEMPLATE':         Print output using the given Go template.\n" +
  'Refer to https://docs.docker.com/go/formatting/ for more information about formatting output with templates';

/** `--format` of a listing. */
export function tableFormat(): Flag<string> {
  return text(tableHelp + formatHelp);
}

/** `-f`, `--format` of inspect and its like, which print JSON by default. */
export function format(extras: Extras = { short: 'f' }): Flag<string> {
  return text(`Format output using a custom template:\n${formatHelp}`, extras);
}
