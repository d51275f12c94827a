import { Conflict, Forbidden, InvalidParameter, System } from '../../base/errors.js';
import { Rollback } from '../../base/rollback.js';
import { applyPrepared, prepare, undoPlan } from '../apply.js';
import type { Attachment } from '../contract.js';
import type { EndpointRecord, NetworkRecord, SandboxRecord } from '../model.js';
import type { EndpointDrafts, Wanted } from './endpoint-drafts.js';
import { type EndpointRemains, type Leaving, leaving } from './endpoint-remains.js';
import { type GatewayLegs, isLeg } from './gateway-leg.js';
import { type GatewayMove, sameGateways } from './gateway-move.js';
import type { GatewayPlans } from './gateway-plans.js';
import type { LegacyLinks } from './legacy-links.js';
import type { Parts } from './parts.js';
import { unpublished } from './published-ports.js';
import { type SandboxState, written } from './records.js';
import { needsResolver, viewOf } from './views.js';

/** What connecting works with. */
interface Tools {
  readonly drafts: EndpointDrafts;
  readonly gateways: GatewayPlans;
  readonly move: GatewayMove;
  readonly legs: GatewayLegs;
  readonly links: LegacyLinks;
  readonly remains: EndpointRemains;
}

/** What a connect does to the endpoints. */
interface Change {
  readonly added: readonly EndpointRecord[];
  /** A leg that is needed no more. */
  readonly left: readonly Leaving[];
}

/** Puts running sandboxes on networks, wholly or not at all. */
export class EndpointConnection {
  readonly #parts: Parts;
  readonly #tools: Tools;

  constructor(parts: Parts, tools: Tools) {
    this.#parts = parts;
    this.#tools = tools;
  }

  async connect(
    sandboxId: string,
    { network: reference, endpoint: request }: Attachment,
  ): Promise<EndpointRecord> {
    const { registry, logger, emit } = this.#parts;
    const state = registry.sandbox(sandboxId);
    if (!state) throw new Conflict(`container ${sandboxId} is not running`);
    const found = registry.network(reference);
    const netns = this.#netnsFor(state.record, found);
    const leg = await this.#legFor(state.record, found);
    await this.#roomIn(netns);
    await using rollback = new Rollback(logger);
    // Looked up again: it may have been removed meanwhile.
    const network = registry.network(found.id);
    const wanted = [{ network, request }, ...leg.added];
    const added = this.#endpoints(this.#now(sandboxId).record, wanted, netns, rollback);
    const change = { added, left: leg.removed.map(leaving) };
    const next = await this.#attach(this.#now(sandboxId), change, netns, rollback);
    await this.#serve(state, next, added, rollback);
    await this.#tools.links.refresh(sandboxId);
    await this.#followed(sandboxId);
    rollback.commit();
    for (const one of change.left) this.#drop(one);
    emit({ action: 'connect', network, containerId: sandboxId });
    return this.#endpointOn(sandboxId, network);
  }

  /** What a connect does to the leg on the gateway network. */
  async #legFor(
    { id, endpoints }: SandboxRecord,
    network: NetworkRecord,
  ): Promise<{ added: readonly Wanted[]; removed: readonly EndpointRecord[] }> {
    const { legs } = this.#tools;
    const present = endpoints.filter(isLeg);
    const isWanted = legs.isWanted([...legs.networksOf(endpoints), network]);
    if (!isWanted) return { added: [], removed: present };
    return { added: present.length > 0 ? [] : [await legs.leg(id)], removed: [] };
  }

  /** Links that are going may have their names still: then it takes a moment until those are free. */
  async #roomIn(netns: string): Promise<void> {
    const { kernel, deletions } = this.#parts;
    await deletions.of(netns, () =>
      kernel
        .links(netns)
        .links()
        .map(({ name }) => name),
    );
  }

  #endpoints(
    record: SandboxRecord,
    wanted: readonly Wanted[],
    netns: string,
    rollback: Rollback,
  ): EndpointRecord[] {
    const { drafts } = this.#tools;
    const taken = record.endpoints.map((other) => other.interface.name);
    return wanted.map((one) => {
      const draft = drafts.make(record, one, taken, rollback);
      taken.push(draft.interface.name);
      const plan = drafts.driverOf(one.network).planEndpoint(one.network, draft, netns);
      return { ...draft, plan: prepare(plan, this.#parts.kernel), ...unpublished };
    });
  }

  async #attach(
    state: SandboxState,
    { added, left }: Change,
    netns: string,
    rollback: Rollback,
  ): Promise<SandboxState> {
    const { registry, sandboxStates, kernel } = this.#parts;
    const { record } = state;
    const both = [...record.endpoints, ...added];
    const endpoints = both.filter((one) => !left.some(({ endpoint }) => endpoint.id === one.id));
    const choice = this.#tools.gateways.choose(endpoints);
    const stays = sameGateways(choice, this.#tools.gateways.choose(record.endpoints));
    const gateways = stays
      ? state.gateways
      : this.#tools.gateways.prepare(choice, endpoints, netns);
    // Seen at once, so that the network can't be removed; stored as a thing to be undone after a crash.
    registry.setSandbox({ ...state, record: { ...record, endpoints: both } });
    rollback.defer('memory', () => registry.setSandbox(state));
    rollback.defer('state', () => sandboxStates.save(record.id, state));
    const plan = added.flatMap((endpoint) => endpoint.plan);
    const pending = [...state.pending, plan, ...(stays ? [] : gateways.map((one) => one.plan))];
    await sandboxStates.save(record.id, { ...state, pending });
    applyPrepared(plan, kernel);
    rollback.defer('kernel', () => undoPlan(plan, kernel, 'now'));
    const failures = stays ? [] : this.#tools.move.leave(state, rollback);
    if (failures.length > 0) throw new System(failures.join('; '));
    const moved = stays
      ? endpoints
      : this.#tools.move.take(record, { endpoints, choice, gateways }, rollback);
    const remains = left.map((one) => one.remains);
    const next = {
      ...state,
      record: { ...record, endpoints: moved },
      gateways,
      pending: [...state.pending, ...remains],
      unwritten: added,
    };
    registry.setSandbox(next);
    await sandboxStates.save(record.id, next);
    return next;
  }

  async #serve(
    before: SandboxState,
    next: SandboxState,
    added: readonly EndpointRecord[],
    rollback: Rollback,
  ): Promise<void> {
    const { names, files, registry } = this.#parts;
    const former = viewOf(before, this.#parts, this.#tools.drafts);
    const view = viewOf(next, this.#parts, this.#tools.drafts);
    for (const endpoint of added) names.announce(registry.networkOf(endpoint), endpoint);
    rollback.defer('names', () => {
      for (const endpoint of added) names.withdraw(endpoint);
    });
    rollback.defer('resolver', () =>
      needsResolver(former) ? names.serve(former) : names.stop(before.record.id),
    );
    if (needsResolver(view)) await names.serve(view);
    for (const endpoint of added) await files.update(view, { added: endpoint });
  }

  /** The files have the new endpoint: a next daemon needn't see to that. */
  async #followed(sandboxId: string): Promise<void> {
    const { registry, sandboxStates } = this.#parts;
    const next = written(this.#now(sandboxId));
    registry.setSandbox(next);
    await sandboxStates.save(sandboxId, next);
  }

  #drop(one: Leaving): void {
    this.#tools.remains.begin(one);
    this.#tools.drafts.release(one.endpoint);
  }

  #now(sandboxId: string): SandboxState {
    const state = this.#parts.registry.sandbox(sandboxId);
    if (!state) throw new Conflict(`container ${sandboxId} is not running`);
    return state;
  }

  #endpointOn(sandboxId: string, network: NetworkRecord): EndpointRecord {
    const { endpoints } = this.#now(sandboxId).record;
    const found = endpoints.find(({ networkId }) => networkId === network.id);
    if (!found) throw new System(`container ${sandboxId} has lost network ${network.name}`);
    return found;
  }

  /** The namespace to attach in. @throws InvalidParameter where the two can't go together */
  #netnsFor({ kind, netnsPath, endpoints, containerName }: SandboxRecord, network: NetworkRecord) {
    const place = this.#tools.drafts.driverOf(network).sandbox;
    if (place === 'host')
      throw new InvalidParameter(
        'cannot connect container to host network - container must be created in host network mode',
      );
    if (kind.type !== 'own' || netnsPath === undefined)
      throw new InvalidParameter(
        'container sharing network namespace with another container or host cannot be connected to any other network',
      );
    if (endpoints.some((one) => !isLeg(one) && one.networkId === network.id))
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
        this.#tools.drafts.driverOf(this.#parts.registry.networkOf(endpoint)).sandbox ===
        'isolated',
    );
  }
}
