import { readFileSync } from 'node:fs';
import { InvalidParameter } from '../base/errors.js';

/**
 * The number of a group by its name or number; 0 for ''. `groups` is the text of /etc/group.
 * @throws InvalidParameter in dockerd's words
 */
export function groupNumber(
  group: string,
  groups: () => string = () => readFileSync('/etc/group', 'utf8'),
): number {
  if (group === '') return 0;
  const rows = groups()
    .split('\n')
    .map((line) => line.split(':'));
  const found = rows.find(([name, , number]) => name === group || number === group);
  if (found) return Number(found[2]);
  if (/^\d{1,9}$/.test(group)) return Number(group);
  throw new InvalidParameter(
    `could not change group of the API socket to ${group}: group not found`,
  );
}
