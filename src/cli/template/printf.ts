import { show } from './print.js';
import type { Value } from './value.js';

const directive = /%([-+# 0]*)(\d+)?(?:\.(\d*))?(.)/gsu;

/** Go's Sprintf, for the verbs that make sense on the command line. */
export function sprintf(format: string, values: readonly Value[]): string {
  let next = 0;
  const text = format.replace(directive, (_, flags: string, width, precision, verb: string) => {
    if (verb === '%') return '%';
    if (next >= values.length) return `%!${verb}(MISSING)`;
    const value = values[next++];
    const body = verbs[verb]?.(value, { flags, precision: precision ?? '' });
    return pad(body ?? `%!${verb}(${typeName(value)}=${show(value)})`, flags, Number(width ?? 0));
  });
  const extra = values.slice(next).map((value) => `${typeName(value)}=${show(value)}`);
  return extra.length === 0 ? text : `${text}%!(EXTRA ${extra.join(', ')})`;
}

interface Spec {
  readonly flags: string;
  readonly precision: string;
}

type Verb = (value: Value, spec: Spec) => string | undefined;

const isInteger = (value: Value): value is number | bigint =>
  typeof value === 'bigint' || Number.isInteger(value);

function radix(base: number): Verb {
  return (value, { flags }) =>
    isInteger(value)
      ? (flags.includes('+') && value >= 0 ? '+' : '') + value.toString(base)
      : undefined;
}

function hex(value: Value, spec: Spec): string | undefined {
  if (typeof value === 'string') return Buffer.from(value).toString('hex');
  return radix(16)(value, spec);
}

function float(digits: (value: number, precision: number | undefined) => string): Verb {
  return (value, { precision }) =>
    typeof value === 'number'
      ? digits(value, precision === '' ? undefined : Number(precision))
      : undefined;
}

const quoted: Verb = (value) => {
  if (typeof value === 'string') return JSON.stringify(value);
  return isInteger(value) ? `'${String.fromCodePoint(Number(value))}'` : undefined;
};

const verbs: Readonly<Record<string, Verb>> = {
  v: (value) => show(value),
  s: (value, { precision }) => {
    if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') {
      return undefined;
    }
    const text = show(value);
    return precision === '' ? text : [...text].slice(0, Number(precision)).join('');
  },
  q: quoted,
  d: radix(10),
  b: radix(2),
  o: radix(8),
  x: hex,
  X: (value, spec) => hex(value, spec)?.toUpperCase(),
  t: (value) => (typeof value === 'boolean' ? String(value) : undefined),
  c: (value) => (isInteger(value) ? String.fromCodePoint(Number(value)) : undefined),
  f: float((value, precision = 6) => value.toFixed(precision)),
  e: float((value, precision = 6) =>
    value.toExponential(precision).replace(/e([+-])(\d)$/, 'e$10$2'),
  ),
  g: float((value, precision) =>
    String(precision === undefined ? value : Number(value.toPrecision(precision))),
  ),
};

function pad(text: string, flags: string, width: number): string {
  if (flags.includes('-')) return text.padEnd(width);
  if (!flags.includes('0')) return text.padStart(width);
  const sign = /^[+-]/.exec(text)?.[0] ?? '';
  return sign + text.slice(sign.length).padStart(width - sign.length, '0');
}

/** Go's name of a value's type. */
export function typeName(value: Value): string {
  if (value === undefined || value === null) return '<nil>';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float64';
  const names: Readonly<Record<string, string>> = {
    string: 'string',
    boolean: 'bool',
    bigint: 'int64',
  };
  return (
    names[typeof value] ?? (Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}')
  );
}
