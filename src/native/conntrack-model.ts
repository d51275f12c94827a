import type { Family } from '../base/ip.js';

/** One direction of a tracked connection. */
export interface ConntrackTuple {
  /** Addresses in canonical text. */
  readonly source: string;
  readonly destination: string;
  /** Absent for protocols without ports. */
  readonly sourcePort?: number;
  readonly destinationPort?: number;
}

/** A connection that the kernel tracks. */
export interface ConntrackEntry {
  readonly family: Family;
  /** `tcp`, `udp`, `sctp`, `icmp`, `icmpv6`, or the number as text. */
  readonly protocol: string;
  /** As the first packet came in, before any translation. */
  readonly original: ConntrackTuple;
  /** As answers come in: where the original's source and destination really went. */
  readonly reply: ConntrackTuple;
  /** What the kernel knows this entry by. */
  readonly key: ConntrackKey;
}

/** Names one entry to the kernel: its original tuple as the kernel wrote it (CTA_TUPLE_ORIG), zone and id. */
export interface ConntrackKey {
  readonly tuple: Uint8Array;
  readonly zone?: number;
  /** CTA_ID: a later connection with the same tuple has another. */
  readonly id?: number;
}

/** Which entries to delete. See `conntrack-filter.ts` for the usual ones. */
export interface ConntrackFilter {
  /** Default: both. */
  readonly family?: Family;
  readonly matches: (entry: ConntrackEntry) => boolean;
}

/**
 * The connection tracking table of the one namespace that it was opened in. A flow keeps the translation
 * that it began with, so whoever changes translation must end the flows that would go nowhere. The
 * deletions hand back how many entries they ended, and one that ended by itself in
 * the meantime is no error.
 *
 * Unless the namespace has no flows at all, each listing and so each deletion walks the one hash table of
 * all namespaces: 9 ms for its 262,144 buckets on a machine of 24 GiB. So give {@link flush} all filters
 * at once.
 */
export interface Conntrack extends Disposable {
  /** How many flows there are: 0.01 ms. */
  count(): number;
  list(family?: Family): ConntrackEntry[];
  /** Deletes what any of the filters matches. */
  flush(...filters: readonly ConntrackFilter[]): number;
  /** The same; the event loop goes on while the kernel looks. Must have ended before disposal. */
  flushAsync(...filters: readonly ConntrackFilter[]): Promise<number>;
  /** Every flow from or to the address, before or after translation. @throws InvalidParameter */
  deleteByAddress(address: string): number;
  /** Every flow begun to a port as published on the host; see `flowsToPort`. @throws InvalidParameter */
  deleteByHostPort(protocol: 'tcp' | 'udp' | 'sctp', port: number, hostAddress?: string): number;
}
