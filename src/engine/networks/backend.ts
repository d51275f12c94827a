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
import { Conflict, messageOf, NotFound } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import type { NetworkController } from '../../cnm/contract.js';
import type { NetworkRecord } from '../../cnm/model.js';
import type { AppliedPlan } from '../../cnm/plan.js';
import type { EventSubject } from '../events.js';
import { labelAndAgeFilter } from '../prune-filter.js';
import { networkFilter } from './filters.js';
import { plannedStepView } from './plan-view.js';
import { type DefaultOptions, networkRequest } from './request.js';
import { networkView, statusView } from './view.js';

/** Attaching containers, which are the engine's. */
export interface Attachments {
  /** Complains if there is no such container. @throws NotFound */
  require(container: string): void;
  connect(container: string, network: NetworkRecord, body: NetworkConnect): Promise<void>;
  disconnect(container: string, network: NetworkRecord): Promise<void>;
  /**
   * Takes a network that is gone, by the reference that the container has of it, out of its settings; false, and
   * nothing done, for a container that runs, unless it is by force. @throws NotFound
   */
  forgetNetwork(container: string, reference: string, force: boolean): Promise<boolean>;
}

/** What networks for the API are made of. */
interface Parts {
  readonly controller: NetworkController;
  readonly attachments: Attachments;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly events: { emit(event: EventSubject): void };
  /** `--default-network-opt`. */
  readonly defaultOptions: DefaultOptions;
}

/** Networks for the API. */
export class Networks implements NetworksBackend {
  readonly #parts: Parts;
  readonly #controller: NetworkController;
  readonly #attachments: Attachments;
  #pruning = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#controller = parts.controller;
    this.#attachments = parts.attachments;
  }

  async list(filters: Filters): Promise<NetworkInspect[]> {
    const wanted = networkFilter(filters, (network) => this.#isUsed(network));
    return this.#controller
      .networks()
      .filter(wanted)
      .map((network) => networkView(network, []));
  }

  async inspect(ref: string, options: { scope: string; plan?: boolean }): Promise<NetworkInspect> {
    const network = this.#controller.network(ref);
    if (options.scope !== '' && options.scope !== network.scope) {
      throw new NotFound(`network ${ref} not found`);
    }
    return {
      ...networkView(network, this.#controller.endpointsOn(network.id)),
      Status: statusView(this.#controller.subnetStatus(network.id)),
      ...(options.plan && { Plan: this.#planView(network) }),
    };
  }

  async create(body: NetworkCreate): Promise<NetworkCreated> {
    const request = networkRequest(body, this.#parts.defaultOptions);
    const { id } = await this.#controller.createNetwork(request);
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
    if (!body.Force) this.#attachments.require(body.Container);
    const network = await this.#networkUnlessGone(ref, body);
    if (!network) return;
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
      const wanted = labelAndAgeFilter(filters, this.#parts.clock.now());
      const deleted: string[] = [];
      for (const network of [...this.#controller.networks()]) {
        if (network.predefined || network.configOnly) continue;
        if (!wanted(network.labels, network.created) || this.#isUsed(network)) continue;
        if (await this.#removed(network)) deleted.push(network.name);
      }
      const Actor = { ID: '', Attributes: { reclaimed: '0' } };
      this.#parts.events.emit({ Type: 'network', Action: 'prune', Actor });
      return { NetworksDeleted: deleted.length > 0 ? deleted : null };
    } finally {
      this.#pruning = false;
    }
  }

  /** Somebody may have begun to use it, or to remove it: then it is left out, and the others go on. */
  async #removed({ id, name }: NetworkRecord): Promise<boolean> {
    try {
      await this.#controller.removeNetwork(id);
      return true;
    } catch (error) {
      this.#parts.logger.warn(`could not remove local network ${name}`, {
        error: messageOf(error),
      });
      return false;
    }
  }

  /** What was done for the network, and for each container on it by name. */
  #planView({ id }: NetworkRecord): NonNullable<NetworkInspect['Plan']> {
    const view = (plan: AppliedPlan) =>
      this.#controller.planning.applied(plan).map(plannedStepView);
    const endpoints = this.#controller
      .endpointsOn(id)
      .map(({ endpoint: { plan, portPlan }, sandbox }) => [
        sandbox.containerName,
        view([...plan, ...portPlan]),
      ]);
    return {
      Network: view(this.#controller.planOf(id)),
      Containers: Object.fromEntries(endpoints),
    };
  }

  #isUsed(network: NetworkRecord): boolean {
    return this.#controller.endpointsOn(network.id).length > 0;
  }

  /** The network to disconnect from; undefined if it is gone and a container had it among its settings. @throws NotFound */
  async #networkUnlessGone(
    ref: string,
    { Container, Force }: NetworkDisconnect,
  ): Promise<NetworkRecord | undefined> {
    try {
      return this.#controller.network(ref);
    } catch (error) {
      if (!(error instanceof NotFound)) throw error;
      if (!(await this.#forgets(ref, { Container, Force }))) throw error;
      return undefined;
    }
  }

  async #forgets(ref: string, { Container, Force }: NetworkDisconnect): Promise<boolean> {
    try {
      return await this.#attachments.forgetNetwork(Container, ref, Force);
    } catch (error) {
      if (error instanceof NotFound) return false;
      throw error;
    }
  }

  async #disconnectByName(network: NetworkRecord, name: string): Promise<void> {
    const found = this.#controller
      .endpointsOn(network.id)
      .find(({ sandbox }) => sandbox.containerName === name);
    if (!found) throw new NotFound(`endpoint ${name} not found`);
    await this.#controller.disconnect(found.sandbox.id, network.id);
  }
}
