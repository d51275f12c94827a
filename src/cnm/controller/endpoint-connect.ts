import { Conflict, Forbidden, InvalidParameter, System } from '../../base/errors.js';
import { Rollback } from '../../base/rollback.js';
import { applyPrepared, prepare, undoPlan } from '../apply.js';
import type { Attachment } from '../contract.js';
import type { EndpointRecord, NetworkRecord, SandboxRecord } from '../model.js';
import type { EndpointDrafts } from './endpoint-drafts.js';
import { type GatewayMove, sameGateways } from './gateway-move.js';
import type { GatewayPlans } from './gateway-plans.js';
import type { Parts } from './parts.js';
import { unpublished } from './published-ports.js';
import type { SandboxState } from './records.js';
import { needsResolver, viewOf } from './views.js';

/** Puts running sandboxes on networks, wholly or not at all. */
export class EndpointConnection {
  readonly #parts: Parts;
  readonly #drafts: EndpointDrafts;
  readonly #gateways: GatewayPlans;
  readonly #move: GatewayMove;

  constructor(
    parts: Parts,
    {
      drafts,
      gateways,
      move,
    }: { drafts: EndpointDrafts; gateways: GatewayPlans; move: GatewayMove },
  ) {
    this.#parts = parts;
    this.#drafts = drafts;
    this.#gateways = gateways;
    this.#move = move;
  }

  async connect(sandboxId: string, attachment: Attachment): Promise<EndpointRecord> {
    const { registry, logger, emit } = this.#parts;
    const state = registry.sandbox(sandboxId);
    if (!state) throw new Conflict(`container ${sandboxId} is not running`);
    const network = registry.network(attachment.network);
    const netns = this.#netnsFor(state.record, network);
    await using rollback = new Rollback(logger);
    const endpoint = this.#endpoint(state, network, attachment, netns, rollback);
    const next = await this.#attach(state, endpoint, netns, rollback);
    await this.#serve(state, next, endpoint, rollback);
    rollback.commit();
    emit({ action: 'connect', network, containerId: sandboxId });
    return next.record.endpoints.find(({ id }) => id === endpoint.id) ?? endpoint;
  }

  #endpoint(
    { record }: SandboxState,
    network: NetworkRecord,
    { endpoint: request }: Attachment,
    netns: string,
    rollback: Rollback,
  ): EndpointRecord {
    const taken = record.endpoints.map((other) => other.interface.name);
    const draft = this.#drafts.make(record, { network, request }, taken, rollback);
    const plan = this.#drafts.driverOf(network).planEndpoint(network, draft, netns);
    return { ...draft, plan: prepare(plan, this.#parts.kernel), ...unpublished };
  }

  async #attach(
    state: SandboxState,
    endpoint: EndpointRecord,
    netns: string,
    rollback: Rollback,
  ): Promise<SandboxState> {
    const { registry, sandboxStates, kernel } = this.#parts;
    const { record } = state;
    const endpoints = [...record.endpoints, endpoint];
    const choice = this.#gateways.choose(endpoints);
    const stays = sameGateways(choice, this.#gateways.choose(record.endpoints));
    const gateways = stays ? state.gateways : this.#gateways.prepare(choice, endpoints, netns);
    // Seen at once, so that the network can't be removed; stored as a thing to be undone after a crash.
    registry.setSandbox({ ...state, record: { ...record, endpoints } });
    rollback.defer('memory', () => registry.setSandbox(state));
    rollback.defer('state', () => sandboxStates.save(record.id, state));
    const pending = [endpoint.plan, ...(stays ? [] : gateways.map(({ plan }) => plan))];
    await sandboxStates.save(record.id, { ...state, pending });
    applyPrepared(endpoint.plan, kernel);
    rollback.defer('kernel', () => undoPlan(endpoint.plan, kernel, 'now'));
    const failures = stays ? [] : this.#move.leave(state, rollback);
    if (failures.length > 0) throw new System(failures.join('; '));
    const moved = stays
      ? endpoints
      : this.#move.take(record, { endpoints, choice, gateways }, rollback);
    const next = { ...state, record: { ...record, endpoints: moved }, gateways };
    registry.setSandbox(next);
    await sandboxStates.save(record.id, next);
    return next;
  }

  async #serve(
    before: SandboxState,
    next: SandboxState,
    endpoint: EndpointRecord,
    rollback: Rollback,
  ): Promise<void> {
    const { names, files, registry } = this.#parts;
    const former = viewOf(before, this.#parts, this.#drafts);
    const view = viewOf(next, this.#parts, this.#drafts);
    names.announce(registry.networkOf(endpoint), endpoint);
    rollback.defer('names', () => names.withdraw(endpoint));
    rollback.defer('resolver', () =>
      needsResolver(former) ? names.serve(former) : names.stop(before.record.id),
    );
    if (needsResolver(view)) await names.serve(view);
    await files.update(view, { added: endpoint });
  }

  /** The namespace to attach in. @throws InvalidParameter where the two can't go together */
  #netnsFor({ kind, netnsPath, endpoints, containerName }: SandboxRecord, network: NetworkRecord) {
    const place = this.#drafts.driverOf(network).sandbox;
    if (place === 'host')
      throw new InvalidParameter(
        'cannot connect container to host network - container must be created in host network mode',
      );
    if (kind.type !== 'own' || netnsPath === undefined)
      throw new InvalidParameter(
        'container sharing network namespace with another container or host cannot be connected to any other network',
      );
    if (endpoints.some(({ networkId }) => networkId === network.id))
      throw new Forbidden(
        `endpoint with name ${containerName} already exists in network ${network.name}`,
      );
    if (place === 'isolated' || this.#isIsolated(endpoints))
      throw new InvalidParameter(
        'container cannot be connected to multiple networks with one of the networks in private (none) mode',
      );
    return netnsPath;
  }

  #isIsolated(endpoints: readonly EndpointRecord[]): boolean {
    return endpoints.some(
      (endpoint) =>
        this.#drafts.driverOf(this.#parts.registry.networkOf(endpoint)).sandbox === 'isolated',
    );
  }
}
