import { type Family, ip } from '../../base/ip.js';
import type { PortProtocol } from './port-binding.js';

/** The ports of one host address, a bit each. */
interface Taken {
  readonly family: Family;
  /** Whether it is the unspecified address. */
  readonly isAny: boolean;
  readonly bits: Uint8Array;
  count: number;
}

/**
 * Which host ports are ours. An unspecified address stands for every address of its family, so it
 * collides with each of them; the families don't collide with one another, nor do the protocols.
 */
export class PortTable {
  readonly #taken: { readonly [P in PortProtocol]: Map<string, Taken> } = {
    tcp: new Map(),
    udp: new Map(),
    sctp: new Map(),
  };

  /** Whether `count` ports from `first` on are free on this address, which is in canonical text. */
  isFree(protocol: PortProtocol, address: string, first: number, count = 1): boolean {
    for (const [other, taken] of this.#taken[protocol]) {
      if (!hasAny(taken.bits, first, count)) continue;
      if (other === address || collide(newTaken(address), taken)) return false;
    }
    return true;
  }

  /** Notes ports as ours, which were free. */
  add(protocol: PortProtocol, address: string, first: number, count = 1): void {
    const ofProtocol = this.#taken[protocol];
    const taken = ofProtocol.get(address) ?? newTaken(address);
    for (let port = first; port < first + count; port++) {
      const at = port >> 3;
      taken.bits[at] = (taken.bits[at] ?? 0) | (1 << (port & 7));
    }
    taken.count += count;
    ofProtocol.set(address, taken);
  }

  /** Forgets ports that are ours. */
  delete(protocol: PortProtocol, address: string, first: number, count = 1): void {
    const taken = this.#taken[protocol].get(address);
    if (!taken) return;
    for (let port = first; port < first + count; port++) {
      const at = port >> 3;
      taken.bits[at] = (taken.bits[at] ?? 0) & ~(1 << (port & 7));
    }
    taken.count -= count;
    if (taken.count === 0) this.#taken[protocol].delete(address);
  }
}

function hasAny(bits: Uint8Array, first: number, count: number): boolean {
  for (let port = first; port < first + count; port++) {
    if (((bits[port >> 3] ?? 0) >> (port & 7)) & 1) return true;
  }
  return false;
}

function collide(a: Taken, b: Taken): boolean {
  return a.family === b.family && (a.isAny || b.isAny);
}

function newTaken(address: string): Taken {
  const { family, value } = ip(address);
  return { family, isAny: value === 0n, bits: new Uint8Array(65_536 / 8), count: 0 };
}
