import type { NetworksBackend } from '../../api/server/backend.js';
import type {
  NetworkConnect,
  NetworkCreate,
  NetworkCreated,
  NetworkDisconnect,
  NetworkInspect,
} from '../../api/types/network.js';
import type { Filters, NetworksPruned } from '../../api/types/system.js';
import type { Clock } from '../../base/clock.js';
import { Conflict, Forbidden, NotFound } from '../../base/errors.js';
import type { NetworkController } from '../../cnm/contract.js';
import type { NetworkRecord } from '../../cnm/model.js';
import { labelAndAgeFilter } from '../prune-filter.js';
import { networkFilter } from './filters.js';
import { networkRequest } from './request.js';
import { networkView } from './view.js';

/** Attaching containers, which are the engine's. */
export interface Attachments {
  /** Complains if there is no such container. @throws NotFound */
  require(container: string): void;
  connect(container: string, network: NetworkRecord, body: NetworkConnect): Promise<void>;
  disconnect(container: string, network: NetworkRecord): Promise<void>;
}

/** Networks for the API. */
export class Networks implements NetworksBackend {
  readonly #controller: NetworkController;
  readonly #attachments: Attachments;
  readonly #clock: Clock;
  #pruning = false;

  constructor(parts: { controller: NetworkController; attachments: Attachments; clock: Clock }) {
    this.#controller = parts.controller;
    this.#attachments = parts.attachments;
    this.#clock = parts.clock;
  }

  async list(filters: Filters): Promise<NetworkInspect[]> {
    const wanted = networkFilter(filters);
    return this.#controller
      .networks()
      .filter((network) => wanted(network, this.#isUsed(network)))
      .map((network) => networkView(network, []));
  }

  async inspect(ref: string, options: { scope: string }): Promise<NetworkInspect> {
    const network = this.#controller.network(ref);
    if (options.scope !== '' && options.scope !== network.scope) {
      throw new NotFound(`network ${ref} not found`);
    }
    return networkView(network, this.#controller.endpointsOn(network.id));
  }

  async create(body: NetworkCreate): Promise<NetworkCreated> {
    if (['bridge', 'host', 'none', 'default'].includes(body.Name)) {
      throw new Forbidden(`operation is not permitted on predefined ${body.Name} network`);
    }
    const { id } = await this.#controller.createNetwork(networkRequest(body));
    return { Id: id, Warning: '' };
  }

  async remove(ref: string): Promise<void> {
    await this.#controller.removeNetwork(ref);
  }

  async connect(ref: string, body: NetworkConnect): Promise<void> {
    this.#attachments.require(body.Container);
    await this.#attachments.connect(body.Container, this.#controller.network(ref), body);
  }

  async disconnect(ref: string, body: NetworkDisconnect): Promise<void> {
    const network = this.#controller.network(ref);
    try {
      await this.#attachments.disconnect(body.Container, network);
    } catch (error) {
      // By force: also what no container record knows of any more.
      if (!body.Force || !(error instanceof NotFound)) throw error;
      await this.#disconnectByName(network, body.Container);
    }
  }

  async prune(filters: Filters): Promise<NetworksPruned> {
    if (this.#pruning) throw new Conflict('a prune operation is already running');
    this.#pruning = true;
    try {
      const wanted = labelAndAgeFilter(filters, this.#clock.now());
      const unused = this.#controller
        .networks()
        .filter((n) => !n.predefined && !this.#isUsed(n) && wanted(n.labels, n.created));
      for (const { id } of unused) await this.#controller.removeNetwork(id);
      return { NetworksDeleted: unused.length > 0 ? unused.map((n) => n.name) : null };
    } finally {
      this.#pruning = false;
    }
  }

  #isUsed(network: NetworkRecord): boolean {
    return this.#controller.endpointsOn(network.id).length > 0;
  }

  async #disconnectByName(network: NetworkRecord, name: string): Promise<void> {
    const found = this.#controller
      .endpointsOn(network.id)
      .find(({ sandbox }) => sandbox.containerName === name);
    if (!found) throw new NotFound(`No such container: ${name}`);
    await this.#controller.disconnect(found.sandbox.id, network.id);
  }
}
