import { System } from '../../base/errors.js';
import type { SetChange } from './element-wire.js';
import type { NftElement, NftFragment, NftSet, NftTable } from './model.js';

/** The sets of tables by `family table set`. */
export type SetTable = ReadonlyMap<string, NftSet>;

/** Finds sets by what a fragment says of its elements. */
export function setTable(tables: readonly NftTable[]): SetTable {
  return new Map(
    tables.flatMap(({ family, name, sets }) =>
      sets.map((set) => [`${family} ${name} ${set.name}`, set] as const),
    ),
  );
}

/** The elements of each fragment by set. @throws System for a set that isn't there */
export function setChanges(
  verb: SetChange['verb'],
  fragments: readonly NftFragment[],
  sets: SetTable,
): SetChange[] {
  return fragments.flatMap(({ owner, family, table, elements }) =>
    [...bySet(elements)].map(([name, theirs]) => {
      const set = sets.get(`${family} ${table} ${name}`);
      if (!set) throw new System(`firewall set ${family} ${table} ${name} doesn't exist`);
      return { verb, owner, family, table, set, elements: theirs };
    }),
  );
}

function bySet(elements: readonly NftElement[]): Map<string, NftElement[]> {
  const groups = new Map<string, NftElement[]>();
  for (const element of elements) {
    const group = groups.get(element.set);
    if (group) group.push(element);
    else groups.set(element.set, [element]);
  }
  return groups;
}
