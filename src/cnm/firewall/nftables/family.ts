import type { NftHook } from '../../../native/nft/model.js';

/** Name of the tables that tsnet owns, one per family. */
export const TABLE = 'tsnet';

/**
 * The set of containers that have had a tracked connection through the host: the flows of others need not be
 * looked for when they go, which takes 9 ms in a table of the usual size.
 */
export const TRACKED = 'tracked';

/** The maps from published ports to containers: for one address of the host or for all, single ports or ranges. */
export const PUBLISH = {
  address: 'publish-address',
  addressRanges: 'publish-address-ranges',
  any: 'publish-any',
  anyRanges: 'publish-any-ranges',
} as const;

/** A base chain's place. */
export function hook(type: NftHook['type'], at: NftHook['at'], priority: number): NftHook {
  return { type, at, priority, policy: 'accept' };
}

/** What differs in nft between the families. */
export interface FirewallFamily {
  /** Family of the table, and the word that begins a match on the header: `ip daddr`. */
  readonly name: 'ip' | 'ip6';
  readonly addressType: 'ipv4_addr' | 'ipv6_addr';
  /** Addresses that must never arrive from a wire. */
  readonly loopback: string;
  /** Addresses of the host's own that can't be translated: nothing routes from loopback to a container in IPv6. */
  readonly untranslatable?: string;
  /** Clients whose address means nothing beyond their link; the proxy serves them where there is one. */
  readonly linkLocal?: string;
  /** Matches what finds a neighbour's MAC address, where that is IP. */
  readonly discovery?: string;
  /** Matches the control protocol that pings and path MTU discovery need. */
  readonly icmp: string;
}

/** By address family. */
export const firewallFamily: Readonly<Record<4 | 6, FirewallFamily>> = {
  4: {
    name: 'ip',
    addressType: 'ipv4_addr',
    loopback: '127.0.0.0/8',
    icmp: 'meta l4proto icmp',
  },
  6: {
    name: 'ip6',
    addressType: 'ipv6_addr',
    loopback: '::1',
    untranslatable: '::1',
    linkLocal: 'fe80::/10',
    discovery: 'icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert }',
    icmp: 'meta l4proto ipv6-icmp',
  },
};
