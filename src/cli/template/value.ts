import type { Json } from '../../api/client/json.js';
import { goTimeOf } from '../format/words.js';

/** What templates compute with. A Map is Go's map; undefined is "no value" (a missing map entry). */
export type Value =
  | undefined
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly Value[]
  | ReadonlyMap<string, Value>
  | GoStruct;

/** A member that templates call: `.Label "name"`. */
export type Method = (...args: readonly Value[]) => Value;

/** An object with fixed members: a row of a listing, or an object of the API. */
export class GoStruct {
  readonly members: Readonly<Record<string, Value | Method>>;
  /** Name of the type for messages; without it the object is one of the API, where Docker falls back to plain maps. */
  readonly type: string | undefined;
  /** What JSON calls the members that it has, in order; all of them if left out. */
  readonly json: (() => string) | undefined;
  /** What printing the object gives, if it isn't its members. */
  readonly shown: string | undefined;

  constructor(
    members: Readonly<Record<string, Value | Method>>,
    options: { type?: string; json?: () => string; shown?: string } = {},
  ) {
    this.members = members;
    this.type = options.type;
    this.json = options.json;
    this.shown = options.shown;
  }

  /** A member by name, the API's or that of Go's struct; both work. */
  find(name: string): { readonly value: Value | Method } | undefined {
    for (const candidate of [name, apiNames[name] ?? name]) {
      if (Object.hasOwn(this.members, candidate)) return { value: this.members[candidate] };
    }
    return undefined;
  }
}

/** Where Go's structs spell a member otherwise than the API does. */
const apiNames: Readonly<Record<string, string>> = { ID: 'Id', APIVersion: 'ApiVersion' };

/** Members of API objects that are maps in Docker's types: any key may be missing, and they print as maps. */
const mapNames = new Set([
  'Annotations',
  'Attributes',
  'AuxiliaryAddresses',
  'Containers',
  'DriverOpts',
  'ExposedPorts',
  'Labels',
  'Networks',
  'Options',
  'PortBindings',
  'Ports',
  'Runtimes',
  'StorageOpt',
  'Sysctls',
  'Tmpfs',
  'Volumes',
]);
/** Maps only inside these: elsewhere the same name means an object or a list. */
const mapsInside: Readonly<Record<string, string>> = { Data: 'GraphDriver', Config: 'LogConfig' };
/** Null is a nil pointer here, and prints so; a null elsewhere is an empty list. */
const pointerNames = new Set([
  'ConfigFrom',
  'Health',
  'Healthcheck',
  'IPAMConfig',
  'Init',
  'MemorySwappiness',
  'OomKillDisable',
  'PidsLimit',
  'StopTimeout',
]);

/** Go's nil list and nil map: they print as empty ones, but are `null` in JSON. */
export const nilList: readonly Value[] = [];
export const nilMap: ReadonlyMap<string, Value> = new Map();

function nilOf(name: string, isMap: boolean): Value {
  if (pointerNames.has(name)) return null;
  return isMap ? nilMap : nilList;
}

/** Reads JSON of the API as Docker's Go types would hold it. */
export function fromJson(json: Json, name = '', parent = ''): Value {
  const isMap = mapNames.has(name) || mapsInside[name] === parent;
  if (json === null) return nilOf(name, isMap);
  if (typeof json !== 'object') return json;
  if (isList(json)) return json.map((item) => fromJson(item, '', name));
  const entries = Object.entries(json).map(
    ([key, item]) => [key, fromJson(item, key, name)] as const,
  );
  if (isMap) return new Map(entries);
  const members = Object.fromEntries(entries);
  // Of all objects only networks hold their age as a time, not as text.
  // A network; its `Status` has an IPAM too, and no time.
  if ('IPAM' in members && 'Created' in members) members['Created'] = time(members['Created']);
  return new GoStruct(members);
}

function time(value: Value): Value {
  if (typeof value !== 'string') return value;
  return new GoStruct({}, { json: () => JSON.stringify(value), shown: goTimeOf(value) });
}

/** Array.isArray for readonly lists. */
export function isList<T>(value: unknown): value is readonly T[] {
  return Array.isArray(value);
}

export function isMap(value: Value): value is ReadonlyMap<string, Value> {
  return value instanceof Map;
}

/** Go's truth: anything but zero, nil and the empty. */
export function isTrue(value: Value): boolean {
  if (isList(value)) return value.length > 0;
  if (isMap(value)) return value.size > 0;
  if (value instanceof GoStruct) return true;
  return Boolean(value);
}

/** Keys in Go's order: by bytes. */
export function sortedKeys(map: ReadonlyMap<string, Value>): string[] {
  return [...map.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}
