import { InvalidParameter } from '../../base/errors.js';
import type { Filters } from '../types/system.js';

/** Docker's idea of true in a query: anything but these. */
const falseTexts = ['', '0', 'no', 'false', 'none'];

/** No date is further from 1970 than 100 million days (ECMA-262, "Time Values"). */
const latestSeconds = 8.64e12;

/** Typed reading of a query string. */
export class Query {
  readonly #params: URLSearchParams;

  constructor(params: URLSearchParams) {
    this.#params = params;
  }

  text(name: string): string {
    return this.#params.get(name) ?? '';
  }

  texts(name: string): string[] {
    return this.#params.getAll(name);
  }

  has(name: string): boolean {
    return this.#params.has(name);
  }

  flag(name: string, fallback = false): boolean {
    const value = this.#params.get(name);
    return value === null ? fallback : !falseTexts.includes(value.trim().toLowerCase());
  }

  /** A whole number. @throws InvalidParameter */
  number(name: string): number | undefined {
    const value = this.#params.get(name);
    if (value === null || value === '') return undefined;
    if (!/^-?\d+$/.test(value)) {
      throw new InvalidParameter(`strconv.Atoi: parsing "${value}": invalid syntax (${name})`);
    }
    return Number(value);
  }

  /** Seconds since the epoch, as `1700000000.000000123` or RFC 3339. Undefined if absent. @throws InvalidParameter */
  time(name: string): number | undefined {
    const value = this.#params.get(name);
    if (value === null || value === '') return undefined;
    const seconds = /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : Date.parse(value) / 1000;
    if (Number.isNaN(seconds))
      throw new InvalidParameter(`invalid value for "${name}": "${value}"`);
    if (Math.abs(seconds) > latestSeconds)
      throw new InvalidParameter(`invalid value for "${name}": "${value}" is out of range`);
    return seconds;
  }

  /** The same in nanoseconds, exactly; 0 if absent. @throws InvalidParameter */
  nanoseconds(name: string): bigint {
    const rounded = this.time(name) ?? 0;
    const [, seconds, fraction = ''] = /^(\d+)(?:\.(\d+))?$/.exec(this.text(name)) ?? [];
    if (seconds === undefined) return BigInt(Math.round(rounded * 1e6)) * 1000n;
    return BigInt(seconds) * 1_000_000_000n + BigInt(fraction.slice(0, 9).padEnd(9, '0'));
  }

  /** `filters`: `{"label": ["a=b"]}`, or of old clients `{"label": {"a=b": true}}`. @throws InvalidParameter */
  filters(): Filters {
    const text = this.text('filters');
    if (text === '') return new Map();
    const json = parseObject(text);
    return new Map(Object.entries(json).map(([key, values]) => [key, filterValues(values)]));
  }
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return { ...json };
  } catch {
    // Falls through to the error below: the text is no JSON at all.
  }
  throw new InvalidParameter('invalid filter');
}

function filterValues(values: unknown): string[] {
  if (Array.isArray(values)) return values.map(String);
  if (typeof values !== 'object' || values === null) throw new InvalidParameter('invalid filter');
  return Object.entries(values).flatMap(([value, on]) => (on === true ? [value] : []));
}
