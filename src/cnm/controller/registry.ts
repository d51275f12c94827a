import { InvalidParameter, NotFound, System } from '../../base/errors.js';
import type { EndpointRecord, NetworkRecord, SandboxRecord } from '../model.js';
import type { NetworkState, SandboxState } from './records.js';

/** The networks and sandboxes that exist, in memory. Changed synchronously, so nobody sees half a change. */
export class Registry {
  readonly #networks = new Map<string, NetworkRecord>();
  readonly #byName = new Map<string, NetworkRecord>();
  /** Oldest first. */
  readonly #ordered: NetworkRecord[] = [];
  readonly #plans = new Map<string, NetworkState>();
  readonly #sandboxes = new Map<string, SandboxState>();

  /** One of its own that has the same in it. */
  copy(): Registry {
    const copy = new Registry();
    for (const network of this.#ordered) copy.addNetwork(network);
    for (const state of this.#plans.values()) copy.setNetworkState(state);
    for (const state of this.#sandboxes.values()) copy.setSandbox(state);
    return copy;
  }

  /** All networks, oldest first. */
  networks(): NetworkRecord[] {
    return [...this.#ordered];
  }

  /** By full id, then exact name, then unique id prefix. @throws NotFound, InvalidParameter */
  network(reference: string): NetworkRecord {
    const exact = this.#networks.get(reference) ?? this.#byName.get(reference);
    if (exact) return exact;
    const found =
      reference === '' ? [] : this.#ordered.filter(({ id }) => id.startsWith(reference));
    if (found.length > 1)
      throw new InvalidParameter(
        `network ${reference} is ambiguous (${found.length} matches found based on ID prefix)`,
      );
    if (found[0]) return found[0];
    throw new NotFound(`network ${reference} not found`);
  }

  /** By exact name alone. No two networks have the same. */
  networkNamed(name: string): NetworkRecord | undefined {
    return this.#byName.get(name);
  }

  /** By id alone. */
  networkById(id: string): NetworkRecord | undefined {
    return this.#networks.get(id);
  }

  addNetwork(network: NetworkRecord): void {
    this.#networks.set(network.id, network);
    this.#byName.set(network.name, network);
    // Nearly always the last: only records that are loaded come in another order.
    const older = this.#ordered.findLastIndex(({ created }) => created <= network.created);
    this.#ordered.splice(older + 1, 0, network);
  }

  deleteNetwork(id: string): void {
    const network = this.#networks.get(id);
    if (!network) return;
    this.#networks.delete(id);
    this.#byName.delete(network.name);
    this.#ordered.splice(this.#ordered.indexOf(network), 1);
  }

  /** What was done to the kernel for each network, those that are just being made or removed among them. */
  networkStates(): NetworkState[] {
    return [...this.#plans.values()];
  }

  networkState(id: string): NetworkState | undefined {
    return this.#plans.get(id);
  }

  setNetworkState(state: NetworkState): void {
    this.#plans.set(state.network.id, state);
  }

  deleteNetworkState(id: string): void {
    this.#plans.delete(id);
  }

  sandboxes(): SandboxState[] {
    return [...this.#sandboxes.values()];
  }

  sandbox(id: string): SandboxState | undefined {
    return this.#sandboxes.get(id);
  }

  setSandbox(state: SandboxState): void {
    this.#sandboxes.set(state.record.id, state);
  }

  deleteSandbox(id: string): void {
    this.#sandboxes.delete(id);
  }

  /** Endpoints on a network with the sandbox each belongs to. */
  endpointsOn(networkId: string): { endpoint: EndpointRecord; sandbox: SandboxRecord }[] {
    return this.sandboxes().flatMap(({ record: sandbox }) =>
      sandbox.endpoints
        .filter((endpoint) => endpoint.networkId === networkId)
        .map((endpoint) => ({ endpoint, sandbox })),
    );
  }

  /** The network of an endpoint, which can't be removed while the endpoint is there. */
  networkOf(endpoint: Pick<EndpointRecord, 'id' | 'networkId'>): NetworkRecord {
    const network = this.#networks.get(endpoint.networkId);
    if (!network)
      throw new System(
        `endpoint ${endpoint.id} is on network ${endpoint.networkId}, which is gone`,
      );
    return network;
  }
}
