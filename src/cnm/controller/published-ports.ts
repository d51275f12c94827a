import { messageOf, System } from '../../base/errors.js';
import type { Family } from '../../base/ip.js';
import type { Rollback } from '../../base/rollback.js';
import { applyPrepared, prepare, undoPlan } from '../apply.js';
import type { EndpointDraft } from '../driver.js';
import type { EndpointRecord, PortBinding, SandboxRecord } from '../model.js';
import { type Plan, step } from '../plan.js';
import type { EndpointDrafts } from './endpoint-drafts.js';
import type { Gateways } from './gateway.js';
import { familiesLedBy } from './gateway-plans.js';
import { defaultHostAddresses, familyOf, wishesFor } from './host-ports.js';
import type { Parts } from './parts.js';

/** An endpoint that ports may be published through, with the families that it does it in. */
interface Outlet {
  readonly endpoint: EndpointDraft;
  readonly families: readonly Family[];
}

/** What publishing came to for one endpoint. */
export type Published = Pick<EndpointRecord, 'bindings' | 'portPlan'>;

/** An endpoint without published ports. */
export const unpublished: Published = { bindings: [], portPlan: [] };

/** Published ports: chosen and held for the sandbox, and led to its gateway endpoints. */
export class PublishedPorts {
  readonly #parts: Parts;
  readonly #drafts: EndpointDrafts;

  constructor(parts: Parts, drafts: EndpointDrafts) {
    this.#parts = parts;
    this.#drafts = drafts;
  }

  /**
   * Publishes the sandbox's ports, synchronously. `rollback` undoes it.
   * @param before the bindings until now, which are kept where they can be
   * @returns what was published, by endpoint id
   * @throws System in Docker's words, naming the endpoint
   */
  publish(
    sandbox: Pick<SandboxRecord, 'id' | 'containerName' | 'ports'>,
    endpoints: readonly EndpointDraft[],
    gateways: Gateways,
    rollback: Rollback,
    before: readonly PortBinding[] = [],
  ): ReadonlyMap<string, Published> {
    const outlets = this.#outlets(endpoints, gateways);
    const [main] = outlets;
    if (!main || sandbox.ports.length === 0) return new Map();
    try {
      const bindings = this.#reserve(sandbox, outlets, rollback, before);
      return this.#lead(sandbox.id, outlets, bindings, rollback);
    } catch (error) {
      throw new System(
        `driver failed programming external connectivity on endpoint ${sandbox.containerName} (${main.endpoint.id}): ${messageOf(error)}`,
      );
    }
  }

  #outlets(endpoints: readonly EndpointDraft[], gateways: Gateways): Outlet[] {
    return endpoints.flatMap((endpoint) => {
      const network = this.#parts.registry.networkOf(endpoint);
      const driver = this.#drafts.driverOf(network);
      const families = familiesLedBy(endpoint, gateways);
      const works = driver.publishesPorts && driver.hasGateway(network) && families.length > 0;
      return works ? [{ endpoint, families }] : [];
    });
  }

  #reserve(
    sandbox: Pick<SandboxRecord, 'id' | 'ports'>,
    outlets: readonly Outlet[],
    rollback: Rollback,
    before: readonly PortBinding[],
  ): PortBinding[] {
    const { ports, registry } = this.#parts;
    const families = outlets.flatMap((outlet) => outlet.families);
    const defaults = Object.assign(
      {},
      ...outlets.map((outlet) =>
        defaultHostAddresses(outlet.families, registry.networkOf(outlet.endpoint).options),
      ),
    );
    const wishes = wishesFor(sandbox.ports, families, defaults, before);
    if (wishes.length === 0) return [];
    const bindings = ports.reserve(sandbox.id, wishes);
    rollback.defer('ports', () => ports.release(sandbox.id));
    return bindings;
  }

  #lead(
    sandboxId: string,
    outlets: readonly Outlet[],
    bindings: readonly PortBinding[],
    rollback: Rollback,
  ): Map<string, Published> {
    const { kernel, ports } = this.#parts;
    const planned = outlets.map(({ endpoint, families }) => {
      const mine = bindings.filter((binding) => families.includes(familyOf(binding)));
      const network = this.#parts.registry.networkOf(endpoint);
      const plan = this.#drafts.driverOf(network).planPorts(network, endpoint, mine);
      return { id: endpoint.id, mine, plan };
    });
    const reserved = planned.flatMap(({ plan }) => reservedBy(plan));
    if (reserved.length === 0) ports.release(sandboxId);
    const published = planned.map(({ id, mine, plan }) => ({
      id,
      bindings: asReserved(mine, plan),
      portPlan: prepare(heldTogether(plan, sandboxId, reserved), kernel),
    }));
    const whole = published.flatMap(({ portPlan }) => portPlan);
    applyPrepared(whole, kernel);
    rollback.defer('port rules', () => undoPlan(whole, kernel, 'now'));
    return new Map(published.map(({ id, ...rest }) => [id, rest]));
  }
}

/** The sandbox holds the ports of both its gateways as one, because they share host ports. */
function heldTogether(plan: Plan, owner: string, bindings: readonly PortBinding[]): Plan {
  return plan.map((one) =>
    one.kind === 'port.reserve' ? step('port.reserve', { owner, bindings }) : one,
  );
}

function reservedBy(plan: Plan): readonly PortBinding[] {
  return plan.flatMap((one) => (one.kind === 'port.reserve' ? one.args.bindings : []));
}

/** Where the driver only opens the way (routed), the host's port means nothing and shows as none. */
function asReserved(bindings: readonly PortBinding[], plan: Plan): readonly PortBinding[] {
  const isReserved = (binding: PortBinding) =>
    reservedBy(plan).some(
      ({ protocol, hostIp, hostPort }) =>
        protocol === binding.protocol && hostIp === binding.hostIp && hostPort === binding.hostPort,
    );
  return bindings.map((binding) => (isReserved(binding) ? binding : { ...binding, hostPort: 0 }));
}
