import type { FragmentTables } from '../../cnm/firewall/nftables/backend.js';
import { TABLE, TRACKED } from '../../cnm/firewall/nftables/family.js';
import type { NftElements } from '../../native/nft/element.js';
import type { NftContext, NftFragment } from '../../native/nft/model.js';
import { address as quoted } from '../../native/nft/quote.js';

/** Which containers have had a tracked connection, as the firewall notes it. */
export interface TrackedFlows {
  /** Whether the address has had one since it was last asked for. */
  take(address: string): boolean;
}

/** Reads the firewall's set of container addresses with connections. */
export function trackedFlows(parts: { elements: NftElements; nft: NftContext }): TrackedFlows {
  return {
    take(address) {
      if (!parts.elements.has({ table: TABLE, name: TRACKED }, address)) return false;
      const family = address.includes(':') ? 'ip6' : 'ip';
      parts.nft.run(`delete element ${family} ${TABLE} ${TRACKED} { ${quoted(address)} }\n`);
      return true;
    },
  };
}

/** The tables, which after a restart no longer knows who had connections: everyone may have. */
export function rememberingFlows(tables: FragmentTables, nft: NftContext): FragmentTables {
  return {
    install: (fragments) => tables.install(fragments),
    remove: (owners) => tables.remove(owners),
    replaceAll(fragments) {
      tables.replaceAll(fragments);
      const marks = fragments.flatMap(marksOf);
      if (marks.length > 0) nft.run(marks.join(''));
    },
    rebuild: () => tables.rebuild(),
  };
}

function marksOf({ family, table, elements }: NftFragment): string[] {
  return elements
    .filter(({ set }) => set === 'containers')
    .map(({ key }) => `add element ${family} ${table} ${TRACKED} { ${key} }\n`);
}
