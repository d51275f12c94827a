import { messageOf } from '../../base/errors.js';
import { Rollback } from '../../base/rollback.js';
import { argsOf, reapply, undoPlan } from '../apply.js';
import type { EndpointRecord, NetworkRecord, PortBinding } from '../model.js';
import type { AppliedPlan } from '../plan.js';
import type { Announcing } from './announcing.js';
import type { EndpointDrafts } from './endpoint-drafts.js';
import type { GatewayPlans } from './gateway-plans.js';
import type { LegacyLinks } from './legacy-links.js';
import type { NetworkCreation } from './networks-create.js';
import type { Parts } from './parts.js';
import type { PredefinedNetworks } from './predefined-ensure.js';
import { type PublishedPorts, unpublished } from './published-ports.js';
import { type LinkState, plansOf, type SandboxState, wholePlan, written } from './records.js';
import type { SandboxClosing } from './sandbox-close.js';
import { handOver } from './shared-links.js';
import { retakeSubnets } from './subnets.js';
import { needsResolver, viewOf } from './views.js';

/** What restoring makes use of. */
interface Verbs {
  readonly creation: NetworkCreation;
  readonly predefined: PredefinedNetworks;
  readonly closing: SandboxClosing;
  readonly drafts: EndpointDrafts;
  readonly gateways: GatewayPlans;
  readonly ports: PublishedPorts;
  readonly links: LegacyLinks;
  readonly announcing: Announcing;
}

/**
 * Brings records and kernel together after a start, whatever the end before it was. Each part goes on where
 * another fails: a network that can't be had must not keep the others from working.
 */
export class Restoring {
  readonly #parts: Parts;
  readonly #verbs: Verbs;

  constructor(parts: Parts, verbs: Verbs) {
    this.#parts = parts;
    this.#verbs = verbs;
  }

  async restore(live: ReadonlySet<string>): Promise<void> {
    const { sandboxStates, networkRecords, networkStates } = this.#parts;
    const sandboxes = sandboxStates.values();
    const kept = sandboxes.filter(({ record }) => live.has(record.id));
    this.#loadNetworks(networkRecords.values(), networkStates.values());
    for (const state of kept) this.#takeBack(state);
    // First of all the rules of what lives: until then the firewall is that of the daemon before.
    this.#firewall(kept);
    this.#proxy(kept);
    for (const state of sandboxes) if (!live.has(state.record.id)) await this.#discard(state);
    this.#dropNamespaces(kept);
    await this.#dropLeftoverNetworks();
    this.#attempt('forwarding', () => this.#parts.host.restore());
    await this.#attemptAsync('predefined networks', () => this.#verbs.predefined.dropOutdated());
    for (const network of this.#parts.registry.networks()) await this.#makeSureOf(network);
    await this.#verbs.predefined.addMissing();
    for (const state of kept) await this.#resume(state);
    for (const { record } of kept) this.#verbs.announcing.soon(record.id);
  }

  #loadNetworks(
    records: readonly NetworkRecord[],
    states: ReturnType<Parts['networkStates']['values']>,
  ): void {
    const { registry, ipam } = this.#parts;
    for (const network of records) {
      registry.addNetwork(network);
      const state = states.find((other) => other.network.id === network.id);
      if (state) registry.setNetworkState(state);
      this.#attempt(`subnets of network ${network.name}`, () =>
        retakeSubnets(ipam, this.#verbs.drafts.driverOf(network), network),
      );
    }
  }

  /** Addresses and ports, before anybody else can ask for them. */
  #takeBack(state: SandboxState): void {
    const { registry, kernel } = this.#parts;
    const { record } = state;
    registry.setSandbox(state);
    for (const endpoint of record.endpoints) {
      this.#attempt(`addresses of ${record.containerName}`, () =>
        this.#verbs.drafts.retake(endpoint),
      );
      for (const { owner, bindings } of argsOf(endpoint.portPlan, 'port.reserve'))
        this.#attempt(`ports of ${record.containerName}`, () => kernel.ports.hold(owner, bindings));
    }
  }

  #firewall(kept: readonly SandboxState[]): void {
    const { registry, kernel, host } = this.#parts;
    const endpoints = kept.flatMap(({ record }) => record.endpoints.map(({ id }) => id));
    // A link whose server has died leads to an address that somebody else may get.
    const isWhole = ({ server }: LinkState) => endpoints.includes(server);
    const plans: AppliedPlan[] = [
      ...registry.networkStates().map(({ plan }) => plan),
      ...kept.flatMap(({ record }) => record.endpoints.map(plansOf)),
      ...kept.flatMap(({ links = [] }) => links.filter(isWhole).map(({ plan }) => plan)),
    ];
    const policies = plans.flatMap((plan) =>
      argsOf(plan, 'firewall.add').map((args) => args.policy),
    );
    kernel.firewall.replaceAll([...host.policies(), ...policies]);
  }

  #proxy(kept: readonly SandboxState[]): void {
    const { kernel } = this.#parts;
    const plans = kept.flatMap(({ record }) => record.endpoints.map(({ portPlan }) => portPlan));
    const served = plans.flatMap((plan) => argsOf(plan, 'proxy.add'));
    this.#attempt('the proxy', () =>
      kernel.proxy.replaceAll(new Map(served.map(({ owner, forwards }) => [owner, forwards]))),
    );
  }

  async #discard(state: SandboxState): Promise<void> {
    await this.#verbs.closing.dismantle(state);
    await this.#parts.sandboxStates.remove(state.record.id);
  }

  #dropNamespaces(kept: readonly SandboxState[]): void {
    const { namespaces, kernel } = this.#parts;
    const wanted = new Set(kept.map(({ record }) => record.netnsPath));
    for (const path of namespaces.pinned()) {
      if (wanted.has(path)) continue;
      kernel.forget(path);
      this.#attempt(`namespace ${path}`, () => namespaces.remove(path));
    }
  }

  /** What a crash has left of a creation or a removal. */
  async #dropLeftoverNetworks(): Promise<void> {
    const { registry, kernel, networkStates } = this.#parts;
    for (const state of [...networkStates.values()]) {
      const { network } = state;
      if (registry.networkById(network.id)) continue;
      await this.#attemptAsync(`left-over network ${network.name}`, async () => {
        const plan = await handOver(state, registry.networkStates(), this.#parts);
        await undoPlan(plan, kernel, 'now');
        await networkStates.remove(network.id);
      });
    }
  }

  /** What is there stays and is still ours to remove; after a reboot all is made anew. */
  async #makeSureOf(network: NetworkRecord): Promise<void> {
    const { registry, kernel, logger } = this.#parts;
    await this.#attemptAsync(`network ${network.name}`, async () => {
      const state = registry.networkState(network.id);
      if (state) return reapply(state.plan, kernel);
      await using rollback = new Rollback(logger);
      await this.#verbs.creation.realize(network, rollback);
      rollback.commit();
    });
  }

  async #resume(state: SandboxState): Promise<void> {
    const { registry, names, logger } = this.#parts;
    const { record } = state;
    await this.#attemptAsync(`sandbox of ${record.containerName}`, async () => {
      if (state.pending.length > 0) await this.#settle(state);
      const view = viewOf(registry.sandbox(record.id) ?? state, this.#parts, this.#verbs.drafts);
      for (const { endpoint, network } of view.attachments) names.announce(network, endpoint);
      if (needsResolver(view)) await names.serve(view);
      await this.#verbs.links.refresh(record.id);
      await this.#writeFiles(record.id);
      logger.debug('sandbox restored', { sandbox: record.id });
    });
  }

  /** What the crash kept from being written: endpoints that came or went, and new addresses of linked containers. */
  async #writeFiles(sandboxId: string): Promise<void> {
    const { registry, files, sandboxStates } = this.#parts;
    const state = registry.sandbox(sandboxId);
    if (!state) return;
    const view = viewOf(state, this.#parts, this.#verbs.drafts);
    if (view.linked.length > 0) await files.relink(view);
    if (!state.unwritten) return;
    for (const endpoint of state.unwritten) {
      const isThere = state.record.endpoints.some(({ id }) => id === endpoint.id);
      await files.update(view, isThere ? { added: endpoint } : { removed: endpoint });
    }
    registry.setSandbox(written(state));
    await sandboxStates.save(sandboxId, written(state));
  }

  /** The crash came in the middle of a connect or disconnect: what was going on is undone. */
  async #settle(state: SandboxState): Promise<void> {
    const { registry, kernel, sandboxStates } = this.#parts;
    const { record, unwritten = [] } = state;
    const { endpoints } = record;
    // A way out has gone, or is on its way to another endpoint. Both families' ways hold the ports of both.
    const isMoved = unwritten.some(isPublished) || !endpoints.some(isPublished);
    const former = isMoved ? endpoints.flatMap(({ portPlan }) => portPlan) : [];
    await undoPlan([...state.pending.flat(), ...former], kernel, 'now');
    const kept = isMoved ? endpoints.map((one) => ({ ...one, ...unpublished })) : endpoints;
    const next = { ...state, record: { ...record, endpoints: kept }, pending: [] };
    reapply(wholePlan(next), kernel);
    const bindings = [...unwritten, ...endpoints].flatMap((endpoint) => endpoint.bindings);
    const settled = isMoved ? await this.#published(next, bindings) : next;
    registry.setSandbox(settled);
    await sandboxStates.save(record.id, settled);
  }

  /** @param before the ports as they were published until now: they keep their host ports */
  async #published(state: SandboxState, before: readonly PortBinding[]): Promise<SandboxState> {
    const { gateways, ports } = this.#verbs;
    const { record } = state;
    await using rollback = new Rollback(this.#parts.logger);
    const choice = gateways.choose(record.endpoints);
    const published = ports.publish(record, record.endpoints, choice, rollback, before);
    rollback.commit();
    const endpoints = record.endpoints.map((endpoint) => ({
      ...endpoint,
      ...published.get(endpoint.id),
    }));
    return { ...state, record: { ...record, endpoints } };
  }

  #attempt(what: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#parts.logger.error(`cannot restore ${what}`, { error: messageOf(error) });
    }
  }

  async #attemptAsync(what: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#parts.logger.error(`cannot restore ${what}`, { error: messageOf(error) });
    }
  }
}

function isPublished({ portPlan }: EndpointRecord): boolean {
  return portPlan.length > 0;
}
