import { InvalidParameter } from '../../base/errors.js';
import type { ImageRecord } from './store.js';

/** Filters of a request: each name with its values. */
export type ImageFilters = Readonly<Record<string, readonly string[]>>;

/** @throws InvalidParameter for a filter that the operation does not have, in Docker's words */
export function checkFilterNames(filters: ImageFilters, known: readonly string[]): void {
  for (const name of Object.keys(filters))
    if (!known.includes(name)) throw new InvalidParameter(`invalid filter '${name}'`);
}

const booleans: Readonly<Record<string, boolean>> = {
  '1': true,
  t: true,
  true: true,
  True: true,
  TRUE: true,
  '0': false,
  f: false,
  false: false,
  False: false,
  FALSE: false,
};

/** The value of a yes-or-no filter; undefined if it isn't there. @throws InvalidParameter for another word */
export function booleanFilter(filters: ImageFilters, name: string): boolean | undefined {
  const values = filters[name] ?? [];
  if (values.length === 0) return undefined;
  const truths = new Set(values.map((value) => booleans[value]));
  const [truth] = truths;
  if (truths.size !== 1 || truth === undefined)
    throw new InvalidParameter(`invalid filter '${name}=[${values.join(' ')}]'`);
  return truth;
}

/** Whether labels have all that `label=` filters ask for, and nothing that `label!=` filters forbid. */
export function matchesLabels(
  filters: ImageFilters,
  labels: Readonly<Record<string, string>>,
): boolean {
  const has = (wanted: string) => {
    const equals = wanted.indexOf('=');
    if (equals === -1) return Object.hasOwn(labels, wanted);
    return labels[wanted.slice(0, equals)] === wanted.slice(equals + 1);
  };
  return (filters['label'] ?? []).every(has) && !(filters['label!'] ?? []).some(has);
}

/** The labels of an image. */
export function labelsOf(image: ImageRecord): Readonly<Record<string, string>> {
  return image.parsed.config?.Labels ?? {};
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * The moment that an `until` filter names: seconds since 1970, a date and time, or a Go duration before
 * `now` such as `24h` or `1h30m`. @throws InvalidParameter
 */
export function parseUntil(text: string, now: Date): Date {
  if (/^\d+(\.\d+)?$/.test(text)) return new Date(Number(text) * 1000);
  if (/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) {
    const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
    const ms = parts.reduce(
      (sum, [, count, unit = '']) => sum + Number(count) * (units[unit] ?? 0),
      0,
    );
    return new Date(now.getTime() - ms);
  }
  // A date without a zone is the daemon's local time, as with Docker.
  const local = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00` : text;
  const time = Date.parse(local);
  if (Number.isNaN(time))
    throw new InvalidParameter(`failed to parse value as time or duration: "${text}"`);
  return new Date(time);
}
