import { GoStruct, isList, isMap, sortedKeys, type Value } from './value.js';

/** A value as Go's `%v` prints it: `[a b]`, `map[k:v]`, `{x y}`, `<nil>`. */
export function show(value: Value): string {
  if (value === undefined || value === null) return '<nil>';
  if (isList<Value>(value)) return `[${value.map(show).join(' ')}]`;
  if (isMap(value)) {
    return `map[${sortedKeys(value)
      .map((key) => `${key}:${show(value.get(key))}`)
      .join(' ')}]`;
  }
  if (value instanceof GoStruct) {
    return (
      value.shown ??
      `{${Object.values(value.members)
        .map((member) => show(typeof member === 'function' ? member() : member))
        .join(' ')}}`
    );
  }
  return String(value);
}

/** A value as an action writes it. */
export function showResult(value: Value): string {
  return value === undefined ? '<no value>' : show(value);
}

/** Go's Sprint: a space between two values of which neither is a string. */
export function sprint(values: readonly Value[]): string {
  return values
    .map((value, i) => {
      const spaced = i > 0 && typeof value !== 'string' && typeof values[i - 1] !== 'string';
      return (spaced ? ' ' : '') + show(value);
    })
    .join('');
}
