import type { PortProtocol } from '../../cnm/ports/port-binding.js';

/** Things by protocol, host address (in canonical text) and port. */
export class ByPort<T> {
  readonly #all = new Map<PortProtocol, Map<string, Map<number, T>>>();

  /** Those of one address, by port. */
  at(protocol: PortProtocol, address: string): ReadonlyMap<number, T> | undefined {
    return this.#all.get(protocol)?.get(address);
  }

  /** Those of every address of a protocol. */
  of(protocol: PortProtocol): ReadonlyMap<string, ReadonlyMap<number, T>> {
    return this.#all.get(protocol) ?? new Map();
  }

  *values(): Generator<T> {
    for (const addresses of this.#all.values())
      for (const ports of addresses.values()) yield* ports.values();
  }

  set(protocol: PortProtocol, address: string, port: number, thing: T): void {
    const addresses = this.#all.get(protocol) ?? new Map<string, Map<number, T>>();
    const ports = addresses.get(address) ?? new Map<number, T>();
    if (addresses.size === 0) this.#all.set(protocol, addresses);
    if (ports.size === 0) addresses.set(address, ports);
    ports.set(port, thing);
  }

  /** Forgets the port, if it is this thing that is there. */
  delete(protocol: PortProtocol, address: string, port: number, thing: T): void {
    const ports = this.#all.get(protocol)?.get(address);
    if (ports?.get(port) === thing) ports.delete(port);
  }

  clear(): void {
    this.#all.clear();
  }
}
