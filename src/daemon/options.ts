import { InvalidParameter } from '../base/errors.js';
import { withoutEffect } from './flags/without-effect.js';
import { type Flag, type FlagType, flags, type Options } from './flags.js';

const table: readonly Flag[] = flags;

/** What a `daemon.json` says. */
export interface ConfigFile {
  readonly options: Partial<Options>;
  /** Keys that are there and change nothing. */
  readonly ignored: readonly string[];
}

/** Reads `daemon.json`. @throws InvalidParameter naming unknown keys and values of the wrong type */
export function parseConfigFile(text: string): ConfigFile {
  const json = flattened(parseJson(text));
  const byKey = new Map(table.flatMap((row) => (row.key ? [[row.key, row] as const] : [])));
  const others = Object.keys(json).filter((key) => !byKey.has(key));
  const unknown = others.filter((key) => !Object.hasOwn(withoutEffect, key));
  if (unknown.length > 0) {
    throw new InvalidParameter(
      `the following directives don't match any configuration option: ${unknown.join(', ')}`,
    );
  }
  const settings = [...byKey]
    .filter(([key]) => Object.hasOwn(json, key))
    .map(([key, row]) => [row.flag, readSetting(key, row, json[key])]);
  return { options: Object.fromEntries(settings) as Partial<Options>, ignored: others };
}

/** dockerd's file has the proxies in an object of their own. */
function flattened({ proxies, ...json }: Record<string, unknown>): Record<string, unknown> {
  if (proxies === undefined) return json;
  if (!isObject(proxies)) throw new InvalidParameter('"proxies" wants an object');
  return { ...json, ...proxies };
}

function parseJson(text: string): Record<string, unknown> {
  if (text.trim() === '') return {};
  const json = parsed(text);
  if (isObject(json)) return { ...json };
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
  integer: ['a whole number', Number.isInteger],
  list: [
    'a list of strings',
    (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
  ],
  map: ['an object', isObject],
};

function readSetting(key: string, { type, flag }: Flag, value: unknown): unknown {
  const [name, is] = types[type];
  const written = ownWritings[flag];
  const setting = written ? written.texts(value) : value;
  if (is(setting)) return setting;
  throw new InvalidParameter(`"${key}" wants ${written ? written.wants : name}`);
}

/** Lists that are written otherwise in the file than as flags. A value in the flags' writing passes as it is. */
const ownWritings: Readonly<
  Record<string, { readonly wants: string; texts(value: unknown): unknown }>
> = {
  // `[{"base": "10.0.0.0/8", "size": 24}]` for `base=10.0.0.0/8,size=24`.
  'default-address-pool': {
    wants: 'a list of {"base", "size"}',
    texts: (value) => (Array.isArray(value) ? value.map(poolText) : value),
  },
  // `{"bridge": {"com.docker.network.driver.mtu": "1400"}}` for `bridge=com.docker.network.driver.mtu=1400`.
  'default-network-opt': {
    wants: 'an object of {"DRIVER": {"OPTION": "VALUE"}}',
    texts: (value) =>
      isObject(value)
        ? Object.entries(value).flatMap(([driver, options]) => optionTexts(driver, options))
        : undefined,
  },
};

function optionTexts(driver: string, options: unknown): unknown[] {
  if (!isObject(options)) return [undefined];
  return Object.entries(options).map(([key, value]) =>
    typeof value === 'string' ? `${driver}=${key}=${value}` : undefined,
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function poolText(pool: unknown): unknown {
  if (!isObject(pool)) return undefined;
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

/** As Go prints lists and maps. */
function show(value: unknown): string {
  if (Array.isArray(value)) return `[${value.join(' ')}]`;
  if (!isObject(value)) return String(value);
  return `map[${Object.entries(value)
    .map(([key, one]) => `${key}:${show(one)}`)
    .join(' ')}]`;
}
