import { Forbidden } from '../../base/errors.js';
import { shortId } from '../../base/ids.js';
import { beginUndo } from '../apply.js';
import type { NetworkRecord } from '../model.js';
import type { Parts } from './parts.js';
import type { NetworkState } from './records.js';
import { handOver } from './shared-links.js';

/** Removes networks. */
export class NetworkRemoval {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * Answers when the network's rules and its record are gone; the kernel goes on deleting the bridge.
   * @throws Forbidden for predefined networks and those in use
   */
  async remove(reference: string): Promise<NetworkRecord> {
    const { registry, emit } = this.#parts;
    const network = registry.network(reference);
    this.#refuse(network);
    await this.discard(network);
    // Docker tells nobody of the end of mere settings.
    if (!network.configOnly) emit({ action: 'destroy', network });
    return network;
  }

  /** The same without asking whether it may be, and without an event. */
  async discard(network: NetworkRecord): Promise<void> {
    const { registry, networkRecords, ipam } = this.#parts;
    // From here on nobody finds it, so no sandbox can get onto it while it goes.
    registry.deleteNetwork(network.id);
    try {
      await networkRecords.remove(network.id);
    } catch (error) {
      registry.addNetwork(network);
      throw error;
    }
    const state = registry.networkState(network.id);
    if (state) await this.#unmake(state);
    ipam.releaseSubnets(network.id);
  }

  async #unmake(state: NetworkState): Promise<void> {
    const { registry, kernel, deletions, networkStates } = this.#parts;
    const { id } = state.network;
    registry.deleteNetworkState(id);
    const plan = await handOver(state, registry.networkStates(), this.#parts);
    const { finished } = beginUndo(plan, kernel, 'now');
    // The state stays until the kernel is done: after a crash the next start deletes the bridge by it.
    deletions.track(
      plan,
      finished.then(() => networkStates.remove(id)),
    );
  }

  #refuse(network: NetworkRecord): void {
    if (network.predefined)
      throw new Forbidden(`${network.name} is a pre-defined network and cannot be removed`);
    if (network.configOnly && this.#isSource(network))
      throw new Forbidden(
        `error while removing network: configuration network "${network.name}" is in use`,
      );
    const active = this.#parts.registry.endpointsOn(network.id);
    if (active.length === 0) return;
    const names = active.map(
      ({ endpoint, sandbox }) =>
        `name:"${endpoint.name ?? sandbox.containerName}" id:"${shortId(endpoint.id)}"`,
    );
    throw new Forbidden(
      `error while removing network: network ${network.name} has active endpoints (${names.join(', ')})`,
    );
  }

  #isSource({ name }: NetworkRecord): boolean {
    return this.#parts.registry.networks().some(({ configFrom }) => configFrom === name);
  }
}
