import { ip } from '../../base/ip.js';
import type { PortProtocol } from './port-binding.js';

/**
 * Which host ports are ours. An unspecified address stands for every address of its family, so it
 * collides with each of them; the families don't collide with one another, nor do the protocols.
 */
export class PortTable {
  /** Addresses by protocol and port, e.g. `tcp/80`. */
  readonly #addresses = new Map<string, Set<string>>();

  /** Whether the port is free on this address. */
  isFree(protocol: PortProtocol, address: string, port: number): boolean {
    for (const other of this.#addresses.get(`${protocol}/${port}`) ?? []) {
      if (collide(address, other)) return false;
    }
    return true;
  }

  /** Notes the port as ours. */
  add(protocol: PortProtocol, address: string, port: number): void {
    const key = `${protocol}/${port}`;
    const addresses = this.#addresses.get(key) ?? new Set();
    this.#addresses.set(key, addresses.add(address));
  }

  /** Forgets the port. */
  delete(protocol: PortProtocol, address: string, port: number): void {
    const key = `${protocol}/${port}`;
    const addresses = this.#addresses.get(key);
    addresses?.delete(address);
    if (addresses?.size === 0) this.#addresses.delete(key);
  }
}

function collide(a: string, b: string): boolean {
  if (a === b) return true;
  const [first, second] = [ip(a), ip(b)];
  return first.family === second.family && (first.value === 0n || second.value === 0n);
}
