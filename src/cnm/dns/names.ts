import { type Family, formatIp, type Ip } from '../../base/ip.js';
import type { EndpointNames, SandboxView } from './model.js';

/** What a lookup by name found. No addresses: the name exists, but not in that family. */
export interface NameAnswer {
  readonly addresses: readonly Ip[];
}

/** What a lookup by address found. */
export interface ReverseAnswer {
  readonly endpoint: EndpointNames;
  readonly name: string;
}

interface NetworkNames {
  readonly name: string;
  readonly endpoints: Map<string, EndpointNames>;
  readonly byName: Map<string, Set<EndpointNames>>;
  readonly byAddress: Map<string, Set<EndpointNames>>;
}

/**
 * The names of every endpoint, by network. A lookup costs the number of networks that the asking
 * sandbox is on, not the number of containers. Names are compared without regard to case.
 */
export class NameRegistry {
  readonly #networks = new Map<string, NetworkNames>();

  /** Adds an endpoint's names, or replaces those that it had on this network. */
  add(network: { readonly id: string; readonly name: string }, endpoint: EndpointNames): void {
    this.remove(network.id, endpoint.endpointId);
    const entry = this.#networks.get(network.id) ?? emptyNetwork(network.name);
    this.#networks.set(network.id, entry);
    entry.endpoints.set(endpoint.endpointId, endpoint);
    for (const name of endpoint.names) addTo(entry.byName, name.toLowerCase(), endpoint);
    for (const ip of endpoint.addresses) addTo(entry.byAddress, formatIp(ip), endpoint);
  }

  /** Removes an endpoint's names. Nothing happens if it has none. */
  remove(networkId: string, endpointId: string): void {
    const entry = this.#networks.get(networkId);
    const endpoint = entry?.endpoints.get(endpointId);
    if (!entry || !endpoint) return;
    entry.endpoints.delete(endpointId);
    for (const name of endpoint.names) removeFrom(entry.byName, name.toLowerCase(), endpoint);
    for (const ip of endpoint.addresses) removeFrom(entry.byAddress, formatIp(ip), endpoint);
    if (entry.endpoints.size === 0) this.#networks.delete(networkId);
  }

  /**
   * Looks a name up as the sandbox sees it, as it stands or as `<name>.<network>`. The first network
   * that has an address of the family answers. Undefined when no network knows the name.
   * @param name without the final dot
   */
  lookup(view: SandboxView, name: string, families: readonly Family[]): NameAnswer | undefined {
    const wanted = name.toLowerCase();
    let known = false;
    for (const candidate of this.#candidates(view, wanted)) {
      if (!candidate) continue;
      known = true;
      const addresses = addressesOf(candidate, families);
      if (addresses.length > 0) return { addresses };
    }
    return known ? { addresses: [] } : undefined;
  }

  /** Who has an address, and its name, `<name>.<network>`. Undefined if no network of the sandbox has it. */
  reverse(view: SandboxView, ip: Ip): ReverseAnswer | undefined {
    const address = formatIp(ip);
    for (const { networkId } of view.networks) {
      const network = this.#networks.get(networkId);
      for (const endpoint of network?.byAddress.get(address) ?? []) {
        const [first] = endpoint.names;
        if (first !== undefined) return { endpoint, name: `${first}.${network?.name}` };
      }
    }
    return undefined;
  }

  /** What each network knows of the name, bare names before those with the network's name behind. */
  *#candidates(view: SandboxView, name: string): Generator<Set<EndpointNames> | undefined> {
    for (const { networkId, links } of view.networks) {
      yield this.#find(networkId, name, links);
    }
    for (const { networkId, links } of view.networks) {
      const suffix = `.${this.#networks.get(networkId)?.name.toLowerCase()}`;
      if (!name.endsWith(suffix)) continue;
      yield this.#find(networkId, name.slice(0, -suffix.length), links);
    }
  }

  #find(
    networkId: string,
    name: string,
    links: ReadonlyMap<string, string> | undefined,
  ): Set<EndpointNames> | undefined {
    const real = links?.get(name) ?? name;
    return this.#networks.get(networkId)?.byName.get(real.toLowerCase());
  }
}

function addressesOf(endpoints: Iterable<EndpointNames>, families: readonly Family[]): Ip[] {
  const found: Ip[] = [];
  for (const { addresses } of endpoints) {
    for (const ip of addresses) if (families.includes(ip.family)) found.push(ip);
  }
  return found;
}

function emptyNetwork(name: string): NetworkNames {
  return { name, endpoints: new Map(), byName: new Map(), byAddress: new Map() };
}

function addTo<T>(index: Map<string, Set<T>>, key: string, value: T): void {
  const values = index.get(key);
  if (values) values.add(value);
  else index.set(key, new Set([value]));
}

function removeFrom<T>(index: Map<string, Set<T>>, key: string, value: T): void {
  const values = index.get(key);
  values?.delete(value);
  if (values?.size === 0) index.delete(key);
}
