import { InvalidParameter } from '../base/errors.js';
import { type Flag, type FlagType, flags, type Options } from './flags.js';

const table: readonly Flag[] = flags;

/** Reads `daemon.json`. @throws InvalidParameter naming unknown keys and values of the wrong type */
export function parseConfigFile(text: string): Partial<Options> {
  const json = parseJson(text);
  const byKey = new Map(table.flatMap((row) => (row.key ? [[row.key, row] as const] : [])));
  const unknown = Object.keys(json).filter((key) => !byKey.has(key));
  if (unknown.length > 0) {
    throw new InvalidParameter(
      `the following directives don't match any configuration option: ${unknown.join(', ')}`,
    );
  }
  const settings = [...byKey]
    .filter(([key]) => Object.hasOwn(json, key))
    .map(([key, row]) => [row.flag, readSetting(key, row, json[key])]);
  return Object.fromEntries(settings) as Partial<Options>;
}

function parseJson(text: string): Record<string, unknown> {
  if (text.trim() === '') return {};
  const json = parsed(text);
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return { ...json };
  throw new InvalidParameter('invalid JSON: expected an object');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidParameter('invalid JSON', { cause: error });
  }
}

/** What each type of setting is in the file, and how that is called. */
const types: {
  readonly [T in FlagType]: readonly [name: string, is: (value: unknown) => boolean];
} = {
  boolean: ['a boolean', (value) => typeof value === 'boolean'],
  string: ['a string', (value) => typeof value === 'string'],
  number: ['a whole number', (value) => Number.isInteger(value) && Number(value) >= 0],
  list: [
    'a list of strings',
    (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
  ],
};

function readSetting(key: string, { type, flag }: Flag, value: unknown): unknown {
  const [name, is] = types[type];
  // `default-address-pools` is a list of objects in the file, of `base=,size=` texts as a flag.
  const isPools = flag === 'default-address-pool' && Array.isArray(value);
  const setting: unknown = isPools ? value.map(poolText) : value;
  if (is(setting)) return setting;
  throw new InvalidParameter(`"${key}" wants ${isPools ? 'a list of {"base", "size"}' : name}`);
}

function poolText(pool: unknown): unknown {
  if (typeof pool !== 'object' || pool === null || Array.isArray(pool)) return undefined;
  return Object.entries(pool)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}

/**
 * Defaults, file and flags as one. @throws InvalidParameter for what is in both the file and the flags: it
 * would not be plain which of them counts
 */
export function mergeOptions(file: Partial<Options>, given: Partial<Options>): Options {
  const both = table.filter(({ flag }) => Object.hasOwn(file, flag) && Object.hasOwn(given, flag));
  if (both.length > 0) {
    const shown = both.map(({ flag, key }) => {
      const values = [Reflect.get(given, flag), Reflect.get(file, flag)].map(show);
      return `${key}: (from flag: ${values[0]}, from file: ${values[1]})`;
    });
    throw new InvalidParameter(
      `the following directives are specified both as a flag and in the configuration file: ${shown.join(', ')}`,
    );
  }
  const defaults = Object.fromEntries(table.map((row) => [row.flag, row.default]));
  return { ...defaults, ...file, ...given } as Options;
}

function show(value: unknown): string {
  return Array.isArray(value) ? `[${value.join(' ')}]` : String(value);
}
