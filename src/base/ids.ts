import { randomBytes } from 'node:crypto';

/** The one source of identifiers and randomness, so that tests can predict them. */
export interface Ids {
  /** A new object id: 64 lower-case hex digits, as Docker's. */
  id(): string;
  /** `digits` random lower-case hex digits. */
  hex(digits: number): string;
  /** A random locally administered unicast MAC address, `02:` first. */
  mac(): string;
}

/** Random identifiers. */
export const randomIds: Ids = {
  id() {
    // Docker's CLI takes an all-digit short id for a number in places, so Docker never makes one; nor do we.
    let id: string;
    do id = randomBytes(32).toString('hex');
    while (/^\d{12}/.test(id));
    return id;
  },
  hex: (digits) =>
    randomBytes(Math.ceil(digits / 2))
      .toString('hex')
      .slice(0, digits),
  mac: () => `02:${[...randomBytes(5)].map((b) => b.toString(16).padStart(2, '0')).join(':')}`,
};

/** Identifiers that count up from 1: for tests. */
export function countingIds(): Ids {
  let n = 0;
  const next = (digits: number) => (++n).toString(16).padStart(digits, '0');
  return {
    id: () => next(64),
    hex: next,
    mac: () => `02:${next(10).match(/../g)?.join(':')}`,
  };
}

/** The first 12 digits, as clients show an id. */
export function shortId(id: string): string {
  return id.slice(0, 12);
}
