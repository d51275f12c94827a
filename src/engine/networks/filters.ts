import type { Filters } from '../../api/types/system.js';
import { InvalidParameter } from '../../base/errors.js';
import type { NetworkRecord } from '../../cnm/model.js';

type Test = (network: NetworkRecord) => boolean;

/** What each filter makes of its values; those of one key are alternatives, but for labels. */
const tests: Readonly<Record<string, (values: readonly string[]) => Test>> = {
  driver: (values) => (n) => values.includes(n.driver),
  id: (values) => anyOf(values.map((value) => named(value, ({ id }) => id))),
  name: (values) => anyOf(values.map((value) => named(value, ({ name }) => name))),
  scope: (values) => (n) => values.includes(n.scope),
  type: (values) => anyOf(values.map(ofType)),
  label: (values) => (n) => values.every((value) => hasLabel(n, value)),
};

/**
 * Docker's filters of `network ls`.
 * @param isUsed whether anything is on a network; asked only where a filter wants to know
 * @throws InvalidParameter in Docker's words
 */
export function networkFilter(filters: Filters, isUsed: Test): Test {
  const checks = [...filters].map(([key, values]) => {
    if (key === 'dangling') return dangling(values, isUsed);
    const test = tests[key];
    if (!test) throw new InvalidParameter(`invalid filter '${key}'`);
    return test(values);
  });
  return (network) => checks.every((check) => check(network));
}

function anyOf(alternatives: readonly Test[]): Test {
  return (network) => alternatives.some((test) => test(network));
}

/** The very text, or what it matches as a regular expression: `web` is found by `eb` and by `^web$`. */
function named(value: string, textOf: (network: NetworkRecord) => string): Test {
  const pattern = patternOf(value);
  return (network) => textOf(network) === value || (pattern?.test(textOf(network)) ?? false);
}

function patternOf(text: string): RegExp | undefined {
  try {
    return new RegExp(text);
  } catch {
    // A name with special characters: nothing but itself matches it.
    return undefined;
  }
}

function ofType(value: string): Test {
  if (value !== 'builtin' && value !== 'custom')
    throw new InvalidParameter(`invalid filter: 'type'='${value}'`);
  return ({ predefined }) => predefined === (value === 'builtin');
}

function dangling(values: readonly string[], isUsed: Test): Test {
  if (values.length > 1)
    throw new InvalidParameter('got more than one value for filter key "dangling"');
  const [value = ''] = values;
  if (!['true', '1', 'false', '0'].includes(value))
    throw new InvalidParameter(
      `invalid value for filter 'dangling', must be "true" (or "1"), or "false" (or "0")`,
    );
  const wanted = value === 'true' || value === '1';
  return (network) => wanted === (!network.predefined && !isUsed(network));
}

function hasLabel({ labels }: NetworkRecord, value: string): boolean {
  const [key = '', ...rest] = value.split('=');
  return rest.length > 0 ? labels[key] === rest.join('=') : Object.hasOwn(labels, key);
}
