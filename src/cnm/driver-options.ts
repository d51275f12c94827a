import { InvalidParameter } from '../base/errors.js';
import { formatIp, parseIp } from '../base/ip.js';

/*
 * Readers of single option values. Each takes the text and gives the value, or throws a plain Error whose
 * message is the reason; {@link readOptions} adds the key and the value.
 */

/** Turns the text of an option into its value. @throws Error with the reason */
export type Reader<T> = (text: string) => T;

/** For every field of `T` that options can set: the key of the option and how to read it. */
export type OptionTable<T> = { readonly [K in keyof T]-?: readonly [key: string, Reader<T[K]>] };

/**
 * Reads the options that the table knows, and leaves the others alone.
 * @throws InvalidParameter `failed to parse <key> value: <value> (<reason>)`, as Docker words it
 */
export function readOptions<T extends object>(
  table: OptionTable<T>,
  options: Readonly<Record<string, string>>,
): Partial<T> {
  const values: Partial<T> = {};
  for (const field of Object.keys(table) as (keyof T)[]) {
    const [key, read] = table[field];
    const text = options[key];
    if (text !== undefined) values[field] = readOption(key, text, read);
  }
  return values;
}

function readOption<T>(key: string, text: string, read: Reader<T>): T {
  try {
    return read(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InvalidParameter(`failed to parse ${key} value: ${text} (${reason})`);
  }
}

/** What Go's `strconv.ParseBool` takes: `1 t T true TRUE True`, and the same of false. */
export function flag(text: string): boolean {
  if (/^(1|t|T|true|TRUE|True)$/.test(text)) return true;
  if (/^(0|f|F|false|FALSE|False)$/.test(text)) return false;
  throw new Error('must be true or false');
}

/** A whole number between two bounds, both included. */
export function integer(min: number, max: number): Reader<number> {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new Error(`must be a number from ${min} to ${max}`);
  };
}

/** One of a few words. */
export function oneOf<const W extends string>(...words: readonly W[]): Reader<W> {
  return (text) => {
    const word = words.find((candidate) => candidate === text);
    if (word !== undefined) return word;
    throw new Error(`must be one of ${words.join(', ')}`);
  };
}

/** An address of the family, or of any without one; canonical text comes back. */
export function address(family?: 4 | 6): Reader<string> {
  return (text) => {
    const ip = parseIp(text);
    if (ip && (family === undefined || ip.family === family)) return formatIp(ip);
    throw new Error(`must be an IP${family ? `v${family}` : ''} address`);
  };
}

/** The beginning of interface names; leaves room for three digits. */
export function interfacePrefix(text: string): string {
  if (text.length > 12) throw new Error('an interface prefix has at most 12 characters');
  return interfaceName(text);
}

/**
 * A name that a link can have. The kernel takes any 15 bytes but `/`, `:` and white space; left out here are
 * also characters that mean something to nft or a terminal, and `all` and `default`, which under
 * /proc/sys/net would be other settings than the link's own.
 */
export function interfaceName(text: string): string {
  if (text.length > 15) throw new Error('an interface name has at most 15 characters');
  if (!/^[\w.@+=,~#%^][\w.@+=,~#%^-]*$/.test(text) || /^(\.|\.\.|all|default|lo)$/.test(text)) {
    throw new Error('not usable as an interface name');
  }
  return text;
}
