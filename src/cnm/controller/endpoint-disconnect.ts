import { Conflict, InvalidParameter, messageOf, System } from '../../base/errors.js';
import { beginUndo } from '../apply.js';
import type { EndpointRecord, NetworkRecord, SandboxRecord } from '../model.js';
import type { EndpointDrafts } from './endpoint-drafts.js';
import { type GatewayMove, type NewWay, sameGateways } from './gateway-move.js';
import type { GatewayPlans } from './gateway-plans.js';
import type { Parts } from './parts.js';
import type { SandboxState } from './records.js';
import { needsResolver, viewOf } from './views.js';

/** Takes running sandboxes off networks. Once begun it goes on, whatever fails. */
export class EndpointDisconnection {
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

  async disconnect(sandboxId: string, reference: string): Promise<void> {
    const { registry, emit, names } = this.#parts;
    const state = registry.sandbox(sandboxId);
    if (!state) throw new Conflict(`container ${sandboxId} is not running`);
    const network = registry.network(reference);
    const endpoint = this.#endpointOn(state.record, network);
    names.withdraw(endpoint);
    const next = await this.#detach(state, endpoint);
    this.#drafts.release(endpoint);
    await this.#serve(next, endpoint);
    emit({ action: 'disconnect', network, containerId: sandboxId });
  }

  async #detach(state: SandboxState, endpoint: EndpointRecord): Promise<SandboxState> {
    const { registry, sandboxStates } = this.#parts;
    const { record } = state;
    const endpoints = record.endpoints.filter(({ id }) => id !== endpoint.id);
    const choice = this.#gateways.choose(endpoints);
    const stays = sameGateways(choice, this.#gateways.choose(record.endpoints));
    const way = {
      endpoints,
      choice,
      gateways: this.#gatewaysFor(state, { endpoints, choice, stays }),
    };
    const gone = stays ? [] : state.gateways.map(({ plan }) => plan);
    await sandboxStates.save(record.id, {
      ...state,
      record: { ...record, endpoints },
      gateways: way.gateways,
      pending: [endpoint.plan, ...gone],
    });
    const settled = await this.#switch(state, endpoint, way, stays);
    const next = {
      ...state,
      record: { ...record, endpoints: settled.endpoints },
      gateways: settled.gateways,
    };
    await sandboxStates.save(record.id, next);
    registry.setSandbox(next);
    return next;
  }

  #gatewaysFor(
    state: SandboxState,
    { endpoints, choice, stays }: Pick<NewWay, 'endpoints' | 'choice'> & { stays: boolean },
  ): NewWay['gateways'] {
    if (stays) return state.gateways;
    return this.#gateways.prepare(choice, endpoints, state.record.netnsPath ?? 'host');
  }

  /** All of it takes effect before anything is awaited; what is awaited is the kernel's deletion of the link. */
  async #switch(
    state: SandboxState,
    endpoint: EndpointRecord,
    way: NewWay,
    stays: boolean,
  ): Promise<Pick<NewWay, 'endpoints' | 'gateways'>> {
    const { kernel, logger } = this.#parts;
    const { record } = state;
    const failures = stays ? [] : this.#move.leave(state);
    if (failures.length > 0) logger.warn('former way out not wholly undone', { failures });
    const { finished } = beginUndo(endpoint.plan, kernel, 'now');
    const settled = stays ? way : await this.#move.tryToTake(record, way);
    await finished.catch((error) =>
      logger.warn('endpoint not wholly undone', { endpoint: endpoint.id, error: messageOf(error) }),
    );
    return settled;
  }

  async #serve(state: SandboxState, endpoint: EndpointRecord): Promise<void> {
    const { names, files } = this.#parts;
    const view = viewOf(state, this.#parts, this.#drafts);
    if (needsResolver(view)) await names.serve(view);
    else await names.stop(state.record.id);
    await files.update(view, { removed: endpoint });
  }

  #endpointOn({ id, endpoints }: SandboxRecord, network: NetworkRecord): EndpointRecord {
    const endpoint = endpoints.find(({ networkId }) => networkId === network.id);
    if (!endpoint) throw new System(`container ${id} is not connected to network ${network.name}`);
    if (this.#drafts.driverOf(network).sandbox === 'host')
      throw new InvalidParameter(
        'cannot disconnect container from host network - container must be created in host network mode',
      );
    return endpoint;
  }
}
