import { GoStruct, isList, isMap, nilList, nilMap, sortedKeys, type Value } from './value.js';

/** JSON as Go's encoder writes it: maps sorted by key, `null` for no value, `<`, `>` and `&` as they are. */
export function toJson(value: Value): string {
  if (value === undefined || value === null || value === nilList || value === nilMap) return 'null';
  if (typeof value === 'bigint') return String(value);
  if (isList<Value>(value)) return `[${value.map(toJson).join(',')}]`;
  if (isMap(value)) return object(sortedKeys(value).map((key) => [key, value.get(key)]));
  if (value instanceof GoStruct) return value.json?.() ?? object(fields(value));
  return JSON.stringify(value);
}

function fields({ members }: GoStruct): [string, Value][] {
  return Object.entries(members).map(([name, member]) => [
    name,
    typeof member === 'function' ? member() : member,
  ]);
}

function object(entries: readonly (readonly [string, Value])[]): string {
  return `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${toJson(value)}`).join(',')}}`;
}

const htmlEscapes: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
};

/** As Go escapes by default, safe inside HTML. Docker's rows are written so. */
export function escapeHtmlInJson(json: string): string {
  return json.replace(/[<>&]/g, (sign) => htmlEscapes[sign] ?? sign);
}
