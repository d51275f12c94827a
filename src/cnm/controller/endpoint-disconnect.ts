import { Conflict, InvalidParameter, messageOf, System } from '../../base/errors.js';
import { Rollback } from '../../base/rollback.js';
import { applyPrepared, prepare, undoPlan } from '../apply.js';
import type { EndpointRecord, NetworkRecord, SandboxRecord } from '../model.js';
import type { EndpointDrafts } from './endpoint-drafts.js';
import { type EndpointRemains, type Leaving, leaving } from './endpoint-remains.js';
import { type GatewayLegs, isLeg } from './gateway-leg.js';
import { type GatewayMove, type NewWay, sameGateways } from './gateway-move.js';
import type { GatewayPlans } from './gateway-plans.js';
import type { LegacyLinks } from './legacy-links.js';
import type { Parts } from './parts.js';
import { unpublished } from './published-ports.js';
import { type SandboxState, written } from './records.js';
import { needsResolver, viewOf } from './views.js';

/** What disconnecting works with. */
interface Tools {
  readonly drafts: EndpointDrafts;
  readonly gateways: GatewayPlans;
  readonly move: GatewayMove;
  readonly legs: GatewayLegs;
  readonly links: LegacyLinks;
  readonly remains: EndpointRemains;
}

/**
 * Takes running sandboxes off networks. Once begun it goes on, whatever fails. All of it takes effect before the
 * client gets its answer; the kernel goes on deleting the link.
 */
export class EndpointDisconnection {
  readonly #parts: Parts;
  readonly #tools: Tools;

  constructor(parts: Parts, tools: Tools) {
    this.#parts = parts;
    this.#tools = tools;
  }

  async disconnect(sandboxId: string, reference: string): Promise<void> {
    const { registry, emit, names, kernel, logger } = this.#parts;
    const { links } = this.#tools;
    const network = registry.network(reference);
    const endpoint = this.#endpointOn(this.#now(sandboxId).record, network);
    await links.serverGoes(sandboxId, [endpoint]);
    const { endpoints: former } = this.#now(sandboxId).record;
    await using rollback = new Rollback(logger);
    const legs = await this.#legsWithout(this.#now(sandboxId), endpoint, rollback);
    names.withdraw(endpoint);
    const gone = [endpoint, ...legs].map(leaving);
    const next = await this.#detach(this.#now(sandboxId), gone, former);
    rollback.commit();
    await links.refresh(sandboxId);
    // Flushed flows must be gone before another sandbox gets the address, or its own would go with them.
    await kernel.conntrack.settled();
    for (const one of gone) this.#tools.drafts.release(one.endpoint);
    await this.#serve(next, endpoint);
    // Stored when the link is gone.
    registry.setSandbox(written(this.#now(sandboxId)));
    emit({ action: 'disconnect', network, containerId: sandboxId });
  }

  /**
   * What losing the endpoint does to the leg on the gateway network: one that is needed now is made, one that is
   * needed no more is given back. One that can't be had is reported, and the sandbox stays without a way out.
   */
  async #legsWithout(
    { record }: SandboxState,
    endpoint: EndpointRecord,
    rollback: Rollback,
  ): Promise<readonly EndpointRecord[]> {
    const { legs } = this.#tools;
    const others = record.endpoints.filter(({ id }) => id !== endpoint.id);
    const present = others.filter(isLeg);
    if (!legs.isWanted(legs.networksOf(others))) return present;
    if (present.length > 0) return [];
    try {
      await this.#addLeg(record, rollback);
    } catch (error) {
      const { logger } = this.#parts;
      logger.warn('no leg on the gateway network', { sandbox: record.id, error: messageOf(error) });
    }
    return [];
  }

  async #addLeg({ id, netnsPath = '' }: SandboxRecord, rollback: Rollback): Promise<void> {
    const { kernel, registry, sandboxStates } = this.#parts;
    const { drafts, legs } = this.#tools;
    const leg = await legs.leg(id);
    const state = this.#now(id);
    const { record } = state;
    const taken = record.endpoints.map((other) => other.interface.name);
    const draft = drafts.make(record, leg, taken, rollback);
    const plan = drafts.driverOf(leg.network).planEndpoint(leg.network, draft, netnsPath);
    const endpoint = { ...draft, plan: prepare(plan, kernel), ...unpublished };
    const endpoints = [...record.endpoints, endpoint];
    // Seen at once, so that the network can't be removed.
    registry.setSandbox({ ...state, record: { ...record, endpoints } });
    rollback.defer('memory', () => registry.setSandbox(state));
    await sandboxStates.save(id, { ...state, pending: [...state.pending, endpoint.plan] });
    applyPrepared(endpoint.plan, kernel);
    rollback.defer('leg', () => undoPlan(endpoint.plan, kernel, 'now'));
  }

  /** @param former the endpoints before anything changed: their gateways are in use */
  async #detach(
    state: SandboxState,
    gone: readonly Leaving[],
    former: readonly EndpointRecord[],
  ): Promise<SandboxState> {
    const { registry, sandboxStates } = this.#parts;
    const { record } = state;
    const endpoints = record.endpoints.filter(
      (one) => !gone.some(({ endpoint }) => endpoint.id === one.id),
    );
    const { gateways } = this.#tools;
    const choice = gateways.choose(endpoints);
    const stays = sameGateways(choice, gateways.choose(former));
    const way = {
      endpoints,
      choice,
      gateways: stays
        ? state.gateways
        : gateways.prepare(choice, endpoints, record.netnsPath ?? 'host'),
    };
    const before = {
      ...state,
      record: { ...record, endpoints },
      gateways: way.gateways,
      pending: [...state.pending, ...gone.map(({ remains }) => remains)],
      unwritten: gone.map(({ endpoint }) => endpoint),
    };
    const formerWay = stays ? [] : state.gateways.map(({ plan }) => plan);
    await sandboxStates.save(record.id, { ...before, pending: [...before.pending, ...formerWay] });
    const settled = await this.#switch(state, gone, way, stays);
    const next = {
      ...before,
      record: { ...record, endpoints: settled.endpoints },
      gateways: settled.gateways,
    };
    registry.setSandbox(next);
    // Otherwise what was stored is what is now.
    if (!stays) await sandboxStates.save(record.id, next);
    return next;
  }

  async #switch(
    state: SandboxState,
    gone: readonly Leaving[],
    way: NewWay,
    stays: boolean,
  ): Promise<Pick<NewWay, 'endpoints' | 'gateways'>> {
    const { logger } = this.#parts;
    const { move, remains } = this.#tools;
    const failures = stays ? [] : move.leave(state);
    if (failures.length > 0) logger.warn('former way out not wholly undone', { failures });
    for (const one of gone) remains.begin(one);
    return stays ? way : move.tryToTake(state.record, way);
  }

  async #serve(state: SandboxState, endpoint: EndpointRecord): Promise<void> {
    const { names, files } = this.#parts;
    const view = viewOf(state, this.#parts, this.#tools.drafts);
    const resolver = needsResolver(view) ? names.serve(view) : names.stop(state.record.id);
    await Promise.all([resolver, files.update(view, { removed: endpoint })]);
  }

  #now(sandboxId: string): SandboxState {
    const state = this.#parts.registry.sandbox(sandboxId);
    if (!state) throw new Conflict(`container ${sandboxId} is not running`);
    return state;
  }

  #endpointOn({ id, endpoints }: SandboxRecord, network: NetworkRecord): EndpointRecord {
    const endpoint = endpoints.find((one) => !isLeg(one) && one.networkId === network.id);
    if (!endpoint) throw new System(`container ${id} is not connected to network ${network.name}`);
    if (this.#tools.drafts.driverOf(network).sandbox === 'host')
      throw new InvalidParameter(
        'cannot disconnect container from host network - container was created in host network mode',
      );
    return endpoint;
  }
}
