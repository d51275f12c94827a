import { Conflict, InvalidParameter } from '../../base/errors.js';
import { shortId } from '../../base/ids.js';
import { Rollback } from '../../base/rollback.js';
import { applyPrepared, beginUndo, prepare, undoAtOnce } from '../apply.js';
import type { SandboxRequest } from '../contract.js';
import type { EndpointDraft } from '../driver.js';
import type { EndpointRecord, SandboxRecord } from '../model.js';
import { step } from '../plan.js';
import type { EndpointDrafts, Wanted } from './endpoint-drafts.js';
import { type GatewayLegs, isLeg } from './gateway-leg.js';
import type { GatewayPlans } from './gateway-plans.js';
import type { LegacyLinks } from './legacy-links.js';
import type { Parts } from './parts.js';
import { type PublishedPorts, unpublished } from './published-ports.js';
import { type SandboxState, wholePlan } from './records.js';
import { needsResolver, viewOf } from './views.js';

/** What opening works with. */
interface Tools {
  readonly drafts: EndpointDrafts;
  readonly gateways: GatewayPlans;
  readonly ports: PublishedPorts;
  readonly legs: GatewayLegs;
  readonly links: LegacyLinks;
}

/** Opens sandboxes, whole or not at all. */
export class SandboxOpening {
  readonly #parts: Parts;
  readonly #drafts: EndpointDrafts;
  readonly #gateways: GatewayPlans;
  readonly #ports: PublishedPorts;
  readonly #legs: GatewayLegs;
  readonly #links: LegacyLinks;

  constructor(parts: Parts, { drafts, gateways, ports, legs, links }: Tools) {
    this.#parts = parts;
    this.#drafts = drafts;
    this.#gateways = gateways;
    this.#ports = ports;
    this.#legs = legs;
    this.#links = links;
  }

  /** @param publish whether its ports are published too */
  async open(request: SandboxRequest, publish: boolean): Promise<SandboxRecord> {
    const { registry, logger, emit } = this.#parts;
    if (registry.sandbox(request.id)) throw new Conflict(`sandbox ${request.id} is open already`);
    const { attachments: _, users: _users, ...rest } = request;
    const targets = await this.#targets(request);
    await using rollback = new Rollback(logger);
    const base = { ...rest, ...this.#namespaces(request, rollback) };
    const built = await this.#build(base, targets, rollback);
    const state = publish ? await this.#published(built, rollback) : built;
    await this.#serve(state, rollback);
    await this.#link(request.id, rollback);
    rollback.commit();
    for (const endpoint of state.record.endpoints.filter((one) => !isLeg(one)))
      emit({ action: 'connect', network: registry.networkOf(endpoint), containerId: request.id });
    return state.record;
  }

  /** Publishes the ports of a sandbox that was opened without. @throws Conflict if it is not open */
  async publish(id: string): Promise<void> {
    const { registry, logger } = this.#parts;
    const state = registry.sandbox(id);
    if (!state) throw new Conflict(`sandbox ${id} is not open`);
    await using rollback = new Rollback(logger);
    await this.#published(state, rollback);
    rollback.commit();
  }

  /** The networks that are asked for, and the leg on the gateway network if they need one. */
  async #targets(request: SandboxRequest): Promise<Wanted[]> {
    const { registry } = this.#parts;
    const asked = () =>
      request.attachments.map(({ network, endpoint }) => ({
        network: registry.network(network),
        request: endpoint,
      }));
    const targets = asked();
    this.#refuse(request, targets);
    if (!this.#legs.isWanted(targets.map(({ network }) => network))) return targets;
    const leg = await this.#legs.leg(request.id);
    // Looked up again: one may have been removed meanwhile.
    return [...asked(), leg];
  }

  async #link(id: string, rollback: Rollback): Promise<void> {
    const { registry, kernel } = this.#parts;
    rollback.defer('links', () => {
      for (const { plan } of registry.sandbox(id)?.links ?? []) undoAtOnce(plan, kernel);
    });
    await this.#links.refresh(id);
  }

  /** The paths of the namespaces that the container runs in; absent: the daemon's. */
  #namespaces(
    { id, kind, users }: SandboxRequest,
    rollback: Rollback,
  ): Pick<SandboxRecord, 'netnsPath' | 'usernsPath'> {
    const { namespaces, kernel, settings, registry } = this.#parts;
    if (kind.type === 'host') return {};
    const shared = typeof users === 'object' ? this.#usersOf(users.of) : undefined;
    if (kind.type === 'joined') {
      const other = registry.sandbox(kind.sandboxId)?.record;
      if (!other)
        throw new Conflict(`cannot join network of a non running container: ${kind.sandboxId}`);
      return paths(other.netnsPath, shared);
    }
    const path = `${settings.netnsFolder}/${shortId(id)}`;
    const usernsPath = namespaces.make(path, shared ?? (users && 'own'));
    rollback.defer('namespace', () => {
      kernel.forget(path);
      namespaces.remove(path);
    });
    return paths(path, usernsPath);
  }

  #usersOf(sandboxId: string): string {
    const path = this.#parts.registry.sandbox(sandboxId)?.record.usernsPath;
    if (path === undefined)
      throw new Conflict(`cannot join the user namespace of a non running container: ${sandboxId}`);
    return path;
  }

  async #build(
    base: Omit<SandboxRecord, 'endpoints'>,
    targets: readonly Wanted[],
    rollback: Rollback,
  ): Promise<SandboxState> {
    const { registry, sandboxStates, kernel } = this.#parts;
    const { id } = base;
    const taken: string[] = [];
    const drafts = targets.map((target) => {
      const draft = this.#drafts.make(base, target, taken, rollback);
      taken.push(draft.interface.name);
      return draft;
    });
    const choice = this.#gateways.choose(drafts);
    const intent = this.#intent(base, drafts, choice);
    // Seen by others before anything is awaited: the networks can't be removed any more.
    registry.setSandbox(intent);
    rollback.defer('memory', () => registry.deleteSandbox(id));
    rollback.defer('state', () => sandboxStates.remove(id));
    await sandboxStates.save(id, intent);
    const plan = wholePlan(intent);
    applyPrepared(plan, kernel, { onFailure: 'lazily' });
    rollback.defer('kernel', () => beginUndo(plan, kernel, 'lazily').finished);
    return intent;
  }

  async #published(before: SandboxState, rollback: Rollback): Promise<SandboxState> {
    const { registry, sandboxStates } = this.#parts;
    const { record } = before;
    if (record.netnsPath === undefined || record.ports.length === 0) return before;
    const choice = this.#gateways.choose(record.endpoints);
    rollback.defer('memory of ports', () => registry.setSandbox(before));
    const published = this.#ports.publish(record, record.endpoints, choice, rollback);
    if (published.size === 0) return before;
    const state = { ...before, record: { ...record, endpoints: merge(before, published) } };
    registry.setSandbox(state);
    await sandboxStates.save(record.id, state);
    return state;
  }

  /** What is going to be done, but for the ports: their rules and sockets don't outlive a crash. */
  #intent(
    base: Omit<SandboxRecord, 'endpoints'>,
    drafts: readonly EndpointDraft[],
    choice: ReturnType<GatewayPlans['choose']>,
  ): SandboxState {
    const { kernel } = this.#parts;
    const netns = base.kind.type === 'own' ? base.netnsPath : undefined;
    if (netns === undefined)
      return {
        record: {
          ...base,
          endpoints: drafts.map((draft) => ({ ...draft, plan: [], ...unpublished })),
        },
        plan: [],
        gateways: [],
        pending: [],
      };
    const endpoints = drafts.map((draft) => {
      const network = this.#parts.registry.networkOf(draft);
      const plan = this.#drafts.driverOf(network).planEndpoint(network, draft, netns);
      return { ...draft, plan: prepare(plan, kernel), ...unpublished };
    });
    return {
      record: { ...base, endpoints },
      plan: prepare([step('link.up', { netns, name: 'lo' })], kernel),
      gateways: this.#gateways.prepare(choice, drafts, netns),
      pending: [],
    };
  }

  /** Names, files and the resolver; the container's first process must find them. */
  async #serve(state: SandboxState, rollback: Rollback): Promise<void> {
    const { names, files, registry } = this.#parts;
    const { endpoints, id, kind } = state.record;
    if (kind.type === 'joined') return;
    const view = viewOf(state, this.#parts, this.#drafts);
    for (const endpoint of endpoints) names.announce(registry.networkOf(endpoint), endpoint);
    rollback.defer('names', () => {
      for (const endpoint of endpoints) names.withdraw(endpoint);
    });
    await files.write(view);
    if (!needsResolver(view)) return;
    rollback.defer('resolver', () => names.stop(id));
    await names.serve(view);
  }

  #refuse({ kind }: SandboxRequest, targets: readonly Wanted[]): void {
    const places = targets.map(({ network }) => this.#drafts.driverOf(network).sandbox);
    if (places.includes('isolated') && targets.length > 1)
      throw new InvalidParameter(
        'container cannot be connected to multiple networks with one of the networks in private (none) mode',
      );
    if (kind.type === 'joined' && targets.length > 0)
      throw new InvalidParameter(
        'container sharing network namespace with another container or host cannot be connected to any other network',
      );
    if (places.some((place) => (place === 'host') !== (kind.type === 'host')))
      throw new InvalidParameter(
        'cannot connect container to host network - container must be created in host network mode',
      );
    const ids = targets.map(({ network }) => network.id);
    const twice = targets.find(({ network }, at) => ids.indexOf(network.id) !== at);
    if (twice)
      throw new InvalidParameter(`network "${twice.network.name}" is specified multiple times`);
  }
}

function paths(
  netnsPath: string | undefined,
  usernsPath: string | undefined,
): Pick<SandboxRecord, 'netnsPath' | 'usernsPath'> {
  return {
    ...(netnsPath !== undefined && { netnsPath }),
    ...(usernsPath !== undefined && { usernsPath }),
  };
}

function merge(
  { record }: SandboxState,
  published: ReturnType<PublishedPorts['publish']>,
): EndpointRecord[] {
  return record.endpoints.map((endpoint) => ({ ...endpoint, ...published.get(endpoint.id) }));
}
