import type { Firewall } from '../../cnm/kernel.js';
import { TABLE, TRACKED } from '../../drivers/bridge/firewall/family.js';
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

/** The firewall, which after a restart no longer knows who had connections: everyone may have. */
export function rememberingFlows(firewall: Firewall, nft: NftContext): Firewall {
  return {
    install: (fragments) => firewall.install(fragments),
    remove: (owners) => firewall.remove(owners),
    replaceAll(fragments) {
      firewall.replaceAll(fragments);
      const marks = fragments.flatMap(marksOf);
      if (marks.length > 0) nft.run(marks.join(''));
    },
  };
}

function marksOf({ family, table, elements }: NftFragment): string[] {
  return elements
    .filter(({ set }) => set === 'containers')
    .map(({ key }) => `add element ${family} ${table} ${TRACKED} { ${key} }\n`);
}
