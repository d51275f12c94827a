import { formatIp, type Ip } from '../../base/ip.js';

/** Who has an address, or wants it kept: a container. */
export interface Holder {
  readonly id: string;
  readonly name: string;
}

/**
 * Who has which address of one network. A lease is had by an endpoint that exists; a claim is the wish for a
 * certain address that a container was made with, and holds while it doesn't run. Several containers may claim
 * one address, as happens while compose puts a new container in an old one's place; the first of them has it.
 */
export class Holders {
  readonly #leases = new Map<string, Holder>();
  /** By address, in the order in which they came. */
  readonly #claims = new Map<string, readonly Holder[]>();

  /** Notes the lease of an address. */
  lease(address: Ip, holder: Holder | undefined): void {
    if (holder) this.#leases.set(formatIp(address), holder);
  }

  /** Notes the end of a lease. */
  endLease(address: Ip): void {
    this.#leases.delete(formatIp(address));
  }

  /** Notes a claim; one that is there keeps its place. */
  claim(address: Ip, holder: Holder): void {
    const key = formatIp(address);
    const others = this.#claims.get(key) ?? [];
    const isThere = others.some(({ id }) => id === holder.id);
    const claims = isThere
      ? others.map((other) => (other.id === holder.id ? holder : other))
      : [...others, holder];
    this.#claims.set(key, claims);
    if (this.#leases.get(key)?.id === holder.id) this.#leases.set(key, holder);
  }

  /** Withdraws a claim. */
  withdraw(address: Ip, holderId: string): void {
    const key = formatIp(address);
    const claims = (this.#claims.get(key) ?? []).filter(({ id }) => id !== holderId);
    if (claims.length > 0) this.#claims.set(key, claims);
    else this.#claims.delete(key);
  }

  /** The one whose claim counts. */
  claimant(address: Ip): Holder | undefined {
    return this.#claims.get(formatIp(address))?.[0];
  }

  /** Who has the address, by lease or else by claim. */
  holder(address: Ip): Holder | undefined {
    return this.#leases.get(formatIp(address)) ?? this.claimant(address);
  }
}
