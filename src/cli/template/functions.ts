import { toJson } from './json.js';
import { show, sprint } from './print.js';
import { sprintf, typeName } from './printf.js';
import { GoStruct, isList, isMap, isTrue, type Value } from './value.js';

/** A function of templates. @throws Error with Go's text */
export type TemplateFunction = (...args: readonly Value[]) => Value;

function text(value: Value): string {
  if (typeof value === 'string') return value;
  throw new Error(`wrong type for value; expected string; got ${typeName(value)}`);
}

function whole(value: Value): number {
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
  throw new Error(`cannot index slice/array with type ${typeName(value)}`);
}

function texts(value: Value): string[] {
  return isList<Value>(value) ? value.map(text) : [text(value)];
}

function index(container: Value, ...keys: readonly Value[]): Value {
  return keys.reduce<Value>(element, container);
}

function element(container: Value, key: Value): Value {
  if (isMap(container))
    return container.has(text(key)) ? container.get(text(key)) : zeroOf(container);
  if (container instanceof GoStruct) {
    const found = container.find(text(key))?.value;
    return typeof found === 'function' ? found() : found;
  }
  if (container === null || container === undefined) throw new Error('index of untyped nil');
  if (!isList<Value>(container) && typeof container !== 'string') {
    throw new Error(`can't index item of type ${typeName(container)}`);
  }
  const at = whole(key);
  if (at < 0 || at >= container.length) throw new Error(`index out of range: ${at}`);
  return isList<Value>(container) ? container[at] : Buffer.from(container)[at];
}

/** What Go gives for a missing key of a map: the zero value of the type of its values. */
function zeroOf(map: ReadonlyMap<string, Value>): Value {
  const [some] = map.values();
  if (some === undefined || typeof some === 'string') return '';
  return isList(some) ? [] : undefined;
}

function slice(item: Value, from: Value = 0, to?: Value): Value {
  if (typeof item !== 'string' && !isList<Value>(item)) {
    throw new Error(`can't slice item of type ${typeName(item)}`);
  }
  const [start, end] = [whole(from), to === undefined ? item.length : whole(to)];
  for (const at of [start, end]) {
    if (at < 0 || at > item.length) throw new Error(`index out of range: ${at}`);
  }
  if (start > end) throw new Error(`invalid slice index: ${start} > ${end}`);
  return item.slice(start, end);
}

function length(value: Value): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (isList(value)) return value.length;
  if (isMap(value)) return value.size;
  if (value instanceof GoStruct) return Object.keys(value.members).length;
  throw new Error(`len of type ${typeName(value)}`);
}

/** Negative, zero or positive; numbers by size, strings by bytes. */
function compare(a: Value, b: Value): number {
  const bothNumbers = [a, b].every((x) => typeof x === 'number' || typeof x === 'bigint');
  if (bothNumbers) return Number(a) - Number(b);
  if (typeof a === 'string' && typeof b === 'string') {
    return Buffer.compare(Buffer.from(a), Buffer.from(b));
  }
  throw new Error(`incompatible types for comparison`);
}

function equal(a: Value, b: Value): boolean {
  if (typeof a === 'boolean' && typeof b === 'boolean') return a === b;
  if (a === null || a === undefined || b === null || b === undefined)
    return (a ?? null) === (b ?? null);
  return compare(a, b) === 0;
}

const htmlSigns: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};

function escapeHtml(value: string): string {
  return value.replace(/[&<>"']/g, (sign) => htmlSigns[sign] ?? sign);
}

const jsSigns: Readonly<Record<string, string>> = { '\\': '\\\\', "'": "\\'", '"': '\\"' };

/** Go's `JSEscape`: quotes by a backslash, what HTML or the eye could stumble over by its code. */
function escapeJs(value: string): string {
  const code = (sign: string) => sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  return value.replace(
    /[\\'"<>&=\p{C}]|(?! )\p{Z}/gu,
    (sign) => jsSigns[sign] ?? `\\u${code(sign)}`,
  );
}

/** Go's built-in functions and Docker's own. `and` and `or` are not here: they don't evaluate all of their arguments. */
export const functions: Readonly<Record<string, TemplateFunction>> = {
  not: (value) => !isTrue(value),
  len: length,
  index,
  slice,
  print: (...values) => sprint(values),
  println: (...values) => `${values.map(show).join(' ')}\n`,
  printf: (format, ...values) => sprintf(text(format), values),
  html: (...values) => escapeHtml(sprint(values)),
  js: (...values) => escapeJs(sprint(values)),
  urlquery: (...values) => encodeURIComponent(sprint(values)).replaceAll('%20', '+'),
  eq: (first, ...others) => others.some((other) => equal(first, other)),
  ne: (a, b) => !equal(a, b),
  lt: (a, b) => compare(a, b) < 0,
  le: (a, b) => compare(a, b) <= 0,
  gt: (a, b) => compare(a, b) > 0,
  ge: (a, b) => compare(a, b) >= 0,
  json: (value) => toJson(value),
  split: (value, separator) => text(value).split(text(separator)),
  join: (values, separator) => texts(values).join(text(separator)),
  title: (value) =>
    text(value).replace(
      /(^|\s)(\S)/gu,
      (_, gap: string, letter: string) => gap + letter.toUpperCase(),
    ),
  lower: (value) => text(value).toLowerCase(),
  upper: (value) => text(value).toUpperCase(),
  pad: (value, before, after) =>
    value === '' ? '' : ' '.repeat(whole(before)) + text(value) + ' '.repeat(whole(after)),
  truncate: (value, most) => [...text(value)].slice(0, whole(most)).join(''),
};

/** Functions of a table's header line: names of columns go through unchanged. */
export const headerFunctions: Readonly<Record<string, TemplateFunction>> = {
  ...functions,
  json: (value) => value,
  title: (value) => value,
  lower: (value) => value,
  upper: (value) => value,
  truncate: (value) => value,
};
