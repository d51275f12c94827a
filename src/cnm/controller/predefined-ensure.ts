import { messageOf, System } from '../../base/errors.js';
import type { NetworkRecord, NetworkRequest } from '../model.js';
import type { NetworkCreation } from './networks-create.js';
import type { NetworkRemoval } from './networks-remove.js';
import type { Parts } from './parts.js';

/** What the daemon's configuration decides about a predefined network. */
const configured = ['driver', 'enableIPv4', 'enableIPv6', 'options', 'ipam'] as const;

/** Sees that the predefined networks are there, as the configuration says now. */
export class PredefinedNetworks {
  readonly #parts: Parts;
  readonly #creation: NetworkCreation;
  readonly #removal: NetworkRemoval;

  constructor(
    parts: Parts,
    { creation, removal }: { creation: NetworkCreation; removal: NetworkRemoval },
  ) {
    this.#parts = parts;
    this.#creation = creation;
    this.#removal = removal;
  }

  /** Takes down those that are not wanted as they are, but for those with running containers: as Docker does. */
  async dropOutdated(): Promise<void> {
    const { registry, settings } = this.#parts;
    for (const network of registry.networks()) {
      const request = settings.predefined.find(({ name }) => name === network.name);
      const isOutdated = network.predefined && !(request && isSame(network, request));
      if (isOutdated && registry.endpointsOn(network.id).length === 0)
        await this.#removal.discard(network);
    }
  }

  /** Makes those that are missing. @throws System in Docker's words: the daemon is not to run without them */
  async addMissing(): Promise<void> {
    const { registry, settings } = this.#parts;
    const names = new Set(registry.networks().map(({ name }) => name));
    for (const request of settings.predefined) {
      if (names.has(request.name)) continue;
      try {
        await this.#creation.createPredefined(request);
      } catch (error) {
        throw new System(`error creating default "${request.name}" network: ${messageOf(error)}`, {
          cause: error,
        });
      }
    }
  }
}

function isSame(network: NetworkRecord, request: NetworkRequest): boolean {
  return configured.every((key) => JSON.stringify(network[key]) === JSON.stringify(request[key]));
}
