/** Name of the tables that tsnet owns, one per family. */
export const TABLE = 'tsnet';

/**
 * The set of containers that have had a tracked connection through the host: the flows of others need not be
 * looked for when they go, which takes 9 ms in a table of the usual size.
 */
export const TRACKED = 'tracked';

/** What differs in nft between the families. */
export interface FirewallFamily {
  /** Family of the table, and the word that begins a match on the header: `ip daddr`. */
  readonly name: 'ip' | 'ip6';
  readonly addressType: 'ipv4_addr' | 'ipv6_addr';
  /** Addresses that must never arrive from a wire. */
  readonly loopback: string;
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
    icmp: 'meta l4proto ipv6-icmp',
  },
};
