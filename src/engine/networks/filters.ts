import type { Filters } from '../../api/types/system.js';
import { InvalidParameter } from '../../base/errors.js';
import type { NetworkRecord } from '../../cnm/model.js';

type Test = (network: NetworkRecord, value: string, isUsed: boolean) => boolean;

const tests: Readonly<Record<string, Test>> = {
  driver: (n, value) => n.driver === value,
  id: (n, value) => n.id.includes(value),
  name: (n, value) => n.name.includes(value),
  scope: (n, value) => n.scope === value,
  type: (n, value) =>
    checked('type', value, ['builtin', 'custom']) === (n.predefined ? 'builtin' : 'custom'),
  dangling: (n, value, isUsed) =>
    ['true', '1'].includes(checked('dangling', value, ['true', 'false', '1', '0'])) ===
    (!n.predefined && !isUsed),
  label: (n, value) => {
    const [key = '', ...rest] = value.split('=');
    return rest.length > 0 ? n.labels[key] === rest.join('=') : Object.hasOwn(n.labels, key);
  },
};

/** Docker's filters of `network ls`. Values of one key are alternatives, labels must all match. @throws InvalidParameter */
export function networkFilter(
  filters: Filters,
): (network: NetworkRecord, isUsed: boolean) => boolean {
  const checks = [...filters].map(([key, values]) => {
    const test = tests[key];
    if (!test) throw new InvalidParameter(`invalid filter '${key}'`);
    return (network: NetworkRecord, isUsed: boolean) => {
      const one = (value: string) => test(network, value, isUsed);
      return key === 'label' ? values.every(one) : values.some(one);
    };
  });
  return (network, isUsed) => checks.every((check) => check(network, isUsed));
}

function checked(key: string, value: string, known: readonly string[]): string {
  if (!known.includes(value)) throw new InvalidParameter(`invalid filter '${key}=${value}'`);
  return value;
}
