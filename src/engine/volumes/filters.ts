import type { Filters } from '../../api/types/system.js';
import { InvalidParameter } from '../../base/errors.js';
import { anonymousLabel, type VolumeRecord } from './model.js';

/** A test of a volume, and of whether a container has it. */
export type VolumeFilter = (volume: VolumeRecord, isUsed: boolean) => boolean;

const listFilters = ['dangling', 'name', 'driver', 'label'];
const pruneFilters = ['label', 'label!', 'all'];
/** Go's strconv.ParseBool. */
const truths = ['1', 't', 'T', 'true', 'TRUE', 'True'];
const falsehoods = ['0', 'f', 'F', 'false', 'FALSE', 'False'];

/** Filters of `volume ls`. @throws InvalidParameter */
export function listFilter(filters: Filters): VolumeFilter {
  refuseUnknown(filters, listFilters);
  const values = (key: string) => filters.get(key) ?? [];
  const dangling = truthOf(filters, 'dangling', "invalid filter 'dangling=");
  const names = values('name').map(matcher);
  return ({ name, driver, labels }, isUsed) =>
    (dangling === undefined || dangling === !isUsed) &&
    (names.length === 0 || names.some((test) => test(name))) &&
    (values('driver').length === 0 || values('driver').includes(driver)) &&
    values('label').every((wanted) => hasLabel(labels, wanted));
}

/** Filters of `volume prune`: without `all` only volumes that nobody named. @throws InvalidParameter */
export function pruneFilter(filters: Filters): VolumeFilter {
  refuseUnknown(filters, pruneFilters);
  const all = truthOf(filters, 'all', "invalid filter 'all=");
  const wanted = [...(filters.get('label') ?? []), ...(all ? [] : [anonymousLabel])];
  const unwanted = filters.get('label!') ?? [];
  return ({ labels }, isUsed) =>
    !isUsed &&
    wanted.every((label) => hasLabel(labels, label)) &&
    (unwanted.length === 0 || !unwanted.every((label) => hasLabel(labels, label)));
}

function refuseUnknown(filters: Filters, known: readonly string[]): void {
  const unknown = [...filters.keys()].find((key) => !known.includes(key));
  if (unknown !== undefined) throw new InvalidParameter(`invalid filter '${unknown}'`);
}

/** Undefined if it isn't given; one value alone. */
function truthOf(filters: Filters, key: string, refusal: string): boolean | undefined {
  const values = filters.get(key) ?? [];
  if (values.length === 0) return undefined;
  const [value = ''] = values;
  if (values.length === 1 && truths.includes(value)) return true;
  if (values.length === 1 && falsehoods.includes(value)) return false;
  throw new InvalidParameter(`${refusal}[${values.join(' ')}]'`);
}

/** A regular expression, or a part of the name where it is none. */
function matcher(value: string): (name: string) => boolean {
  try {
    const pattern = new RegExp(value);
    return (name) => name === value || pattern.test(name);
  } catch {
    return (name) => name === value;
  }
}

function hasLabel(labels: VolumeRecord['labels'], wanted: string): boolean {
  const at = wanted.indexOf('=');
  if (!labels) return false;
  if (at < 0) return Object.hasOwn(labels, wanted);
  return labels[wanted.slice(0, at)] === wanted.slice(at + 1);
}
