import { TABLE, TRACKED } from '../../cnm/firewall/nftables/family.js';
import type { NftElements } from '../../native/nft/element.js';
import type { NftContext } from '../../native/nft/model.js';
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
