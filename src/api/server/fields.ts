import type * as v from 'valibot';
import { InvalidParameter } from '../../base/errors.js';

/** What a schema says about the shape of a value, as far as names of fields are concerned. */
interface Shape {
  readonly type: string;
  /** Of an object: its fields. */
  readonly entries?: Readonly<Record<string, Shape>>;
  /** Of an optional value. */
  readonly wrapped?: Shape;
  /** Of a list. */
  readonly item?: Shape;
  /** Of a map. */
  readonly value?: Shape;
  /** Of alternatives. */
  readonly options?: readonly Shape[];
}

/**
 * A body with the names of its fields as the schema writes them. Go, in which Docker's clients, its daemon and most
 * authorization plugins are written, takes `hostconfig` for `HostConfig`; keys of maps stay as they are.
 * @throws InvalidParameter for a field that is there under two spellings: readers of it would not see the same
 */
export function withFieldNames(schema: v.GenericSchema, json: unknown): unknown {
  return renamed(schema as unknown as Shape, json);
}

function renamed(shape: Shape, value: unknown): unknown {
  if (shape.wrapped) return renamed(shape.wrapped, value);
  if (typeof value !== 'object' || value === null) return value;
  if (shape.options) return value;
  const { entries, item, value: ofMap } = shape;
  if (Array.isArray(value)) return item ? value.map((one) => renamed(item, one)) : value;
  if (entries) return withKnownNames(entries, value);
  if (!ofMap) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, renamed(ofMap, one)]));
}

function withKnownNames(entries: Readonly<Record<string, Shape>>, value: object): object {
  const names = new Map(Object.keys(entries).map((name) => [folded(name), name]));
  const found = new Map<string, unknown>();
  for (const [key, one] of Object.entries(value)) {
    const name = names.get(folded(key));
    const field = name === undefined ? undefined : entries[name];
    if (name === undefined || !field) continue;
    if (found.has(name)) throw twice(key);
    found.set(name, renamed(field, one));
  }
  return Object.fromEntries(found);
}

/** Letters that Go's `strings.EqualFold` takes for one: `ſ` and `S`, the sign of Kelvin and `k`. */
function folded(name: string): string {
  return name.toUpperCase().toLowerCase();
}

/**
 * Refuses an object that has a key twice: JSON leaves open which counts, and Go's readers add up what ours replaces.
 * @param text valid JSON @throws InvalidParameter
 */
export function refuseDoubleKeys(text: string): void {
  const open: Set<string>[] = [];
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}]/g)) {
    if (token === '{') open.push(new Set());
    else if (token === '}') open.pop();
    else if (isKey(text, index + token.length)) {
      const keys = open.at(-1);
      const key: string = JSON.parse(token);
      if (keys?.has(key)) throw twice(key);
      keys?.add(key);
    }
  }
}

/** Whether what ends there is a key: a colon follows. */
function isKey(text: string, end: number): boolean {
  const after = /\s*(.?)/y;
  after.lastIndex = end;
  return after.exec(text)?.[1] === ':';
}

function twice(key: string): InvalidParameter {
  return new InvalidParameter(`invalid JSON: the field ${JSON.stringify(key)} is there twice`);
}
