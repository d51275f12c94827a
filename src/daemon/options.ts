import parse from 'yargs-parser';
import { InvalidParameter } from '../base/errors.js';
import { type Flag, flags, type Options } from './flags.js';

/** What the command line says, before the file is read. */
export interface CommandLine {
  readonly help: boolean;
  readonly version: boolean;
  /** Only what was given. */
  readonly given: Partial<Options>;
}

const table: readonly Flag[] = flags;

/** Reads the command line. @throws InvalidParameter naming an unknown flag, or a value that can't be read */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const of = (type: Flag['type']) =>
    table.filter((row) => row.type === type).map((row) => row.flag);
  const known = [
    ...table.flatMap(({ flag, short }) => (short ? [flag, short] : [flag])),
    'help',
    'h',
    'version',
    'v',
  ];
  const parsed = parse([...argv], {
    boolean: [...of('boolean'), 'help', 'version'],
    string: [...of('string'), ...of('list'), ...of('number')],
    array: [],
    alias: Object.fromEntries([
      ...table.flatMap(({ flag, short }) => (short ? [[flag, short]] : [])),
      ['help', 'h'],
      ['version', 'v'],
    ]),
    configuration: {
      'camel-case-expansion': false,
      'boolean-negation': false,
      'dot-notation': false,
      'parse-numbers': false,
    },
  });
  const unknown = Object.keys(parsed).find((key) => key !== '_' && !known.includes(key));
  if (unknown !== undefined) throw new InvalidParameter(unknownFlag(unknown));
  const [extra] = parsed._;
  if (extra !== undefined)
    throw new InvalidParameter(`"tsnetd" accepts no arguments, but was given: ${extra}`);
  const given = table
    .filter(({ flag }) => parsed[flag] !== undefined)
    .map((row) => [row.flag, readFlag(row, parsed[row.flag])]);
  return {
    help: parsed['help'] === true,
    version: parsed['version'] === true,
    given: Object.fromEntries(given) as Partial<Options>,
  };
}

function unknownFlag(name: string): string {
  return name.length === 1
    ? `unknown shorthand flag: '${name}' in -${name}`
    : `unknown flag: --${name}`;
}

function readFlag({ flag, type }: Flag, value: unknown): unknown {
  if (type === 'list') return [value].flat().map(String);
  const single = Array.isArray(value) ? value.at(-1) : value;
  if (type === 'number') {
    if (!/^\d+$/.test(String(single))) {
      throw new InvalidParameter(
        `invalid argument "${single}" for "--${flag}" flag: not a whole number`,
      );
    }
    return Number(single);
  }
  if (type === 'string' && single === '') return '';
  return single;
}

/** Reads `daemon.json`. @throws InvalidParameter naming unknown keys and values of the wrong type */
export function parseConfigFile(text: string, path: string): Partial<Options> {
  const fail = (why: string): never => {
    throw new InvalidParameter(`unable to configure the tsnet daemon with file ${path}: ${why}`);
  };
  const json = parseJson(text) ?? fail('invalid JSON');
  const byKey = new Map(table.flatMap((row) => (row.key ? [[row.key, row] as const] : [])));
  const unknown = Object.keys(json).filter((key) => !byKey.has(key));
  if (unknown.length > 0) {
    fail(`the following directives don't match any configuration option: ${unknown.join(', ')}`);
  }
  const settings = Object.entries(json).map(([key, value]) => {
    const row = byKey.get(key) ?? fail(key);
    return [row.flag, readSetting(row, value) ?? fail(`"${key}" wants a ${row.type}`)];
  });
  return Object.fromEntries(settings) as Partial<Options>;
}

function parseJson(text: string): Record<string, unknown> | undefined {
  try {
    const json: unknown = text.trim() === '' ? {} : JSON.parse(text);
    return typeof json === 'object' && json !== null && !Array.isArray(json)
      ? { ...json }
      : undefined;
  } catch {
    return undefined;
  }
}

function readSetting({ type, flag }: Flag, value: unknown): unknown {
  if (type !== 'list') return typeof value === type ? value : undefined;
  if (!Array.isArray(value)) return undefined;
  // `default-address-pools` is a list of objects in the file, of `base=,size=` texts as a flag.
  const texts = flag === 'default-address-pool' ? value.map(poolText) : value;
  return texts.every((item) => typeof item === 'string') ? texts : undefined;
}

function poolText(pool: unknown): unknown {
  if (typeof pool !== 'object' || pool === null) return pool;
  const { base, size } = pool as { base?: unknown; size?: unknown };
  return `base=${base},size=${size}`;
}

/** Defaults, file and flags as one. @throws InvalidParameter for what is in both the file and the flags */
export function mergeOptions(file: Partial<Options>, given: Partial<Options>): Options {
  const both = Object.keys(file).filter((flag) => Object.hasOwn(given, flag) && !isList(flag));
  if (both.length > 0) {
    throw new InvalidParameter(
      `the following directives are specified both as a flag and in the configuration file: ${both.join(', ')}`,
    );
  }
  const defaults = Object.fromEntries(table.map((row) => [row.flag, row.default]));
  return { ...defaults, ...file, ...given } as Options;
}

function isList(flag: string): boolean {
  return table.some((row) => row.flag === flag && row.type === 'list');
}

/** The text of `--help`. */
export function usage(): string {
  const rows = table.map(({ flag, short, type, help }) => {
    const name = `${short ? `-${short}, ` : '    '}--${flag}${type === 'boolean' ? '' : ` ${type}`}`;
    return `  ${name.padEnd(38)} ${help}`;
  });
  return `\nUsage:  tsnetd [OPTIONS]\n\nA container engine with Docker's API, networking first.\n\nOptions:\n${rows.join('\n')}\n`;
}
