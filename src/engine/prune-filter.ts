import type { Filters } from '../api/types/system.js';
import { InvalidParameter } from '../base/errors.js';

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/** The test that `prune` puts objects to: Docker's filters `until`, `label` and `label!`. @throws InvalidParameter */
export function labelAndAgeFilter(
  filters: Filters,
  now: Date,
): (labels: Readonly<Record<string, string>>, created: string) => boolean {
  const unknown = [...filters.keys()].find((key) => !['until', 'label', 'label!'].includes(key));
  if (unknown !== undefined) throw new InvalidParameter(`invalid filter '${unknown}'`);
  if ((filters.get('until') ?? []).length > 1)
    throw new InvalidParameter('more than one until filter specified');
  const until = (filters.get('until') ?? []).map((value) => parseTime(value, now));
  const has = (labels: Readonly<Record<string, string>>, wanted: string) => {
    const [key = '', ...rest] = wanted.split('=');
    return rest.length > 0 ? labels[key] === rest.join('=') : Object.hasOwn(labels, key);
  };
  return (labels, created) =>
    until.every((time) => Date.parse(created) < time) &&
    (filters.get('label') ?? []).every((wanted) => has(labels, wanted)) &&
    !(filters.get('label!') ?? []).some((wanted) => has(labels, wanted));
}

/** Reads `1700000000`, `2026-01-02T03:04:05Z`, or a Go duration before now such as `1h30m`. Milliseconds. */
export function parseTime(text: string, now: Date): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  if (/^(\d+(\.\d+)?[hms])+$/.test(text)) {
    const parts = [...text.matchAll(/(\d+(?:\.\d+)?)([hms])/g)];
    const seconds = parts.reduce(
      (sum, [, n, unit]) => sum + Number(n) * (unitSeconds[unit ?? ''] ?? 0),
      0,
    );
    return now.getTime() - seconds * 1000;
  }
  const time = Date.parse(text);
  if (Number.isNaN(time))
    throw new InvalidParameter(`failed to parse value as time or duration: "${text}"`);
  return time;
}
