import { messageOf, System } from '../../base/errors.js';
import type { Family } from '../../base/ip.js';
import type { Rollback } from '../../base/rollback.js';
import { applyPrepared, prepare, undoPlan } from '../apply.js';
import type { EndpointDraft } from '../driver.js';
import type { EndpointRecord, NetworkRecord, PortBinding, SandboxRecord } from '../model.js';
import { type Plan, step } from '../plan.js';
import { joined } from '../ports/ranges.js';
import type { EndpointDrafts } from './endpoint-drafts.js';
import type { Gateways } from './gateway.js';
import { familiesLedBy } from './gateway-plans.js';
import {
  defaultHostAddresses,
  familyOf,
  type HostAddresses,
  openingsFor,
  wishesFor,
} from './host-ports.js';
import type { Parts } from './parts.js';

/** An endpoint that ports may be published through. */
interface Outlet {
  readonly endpoint: EndpointDraft;
  readonly network: NetworkRecord;
  /** Families in which ports of the host lead to it. */
  readonly families: readonly Family[];
  /** The one of them that it has no address in: the proxy takes it. */
  readonly proxied?: Family;
  /** Families in which its own ports are open to others. */
  readonly opened: readonly Family[];
  /** Those of them whose gateway it is, so that they are shown as published. */
  readonly shown: readonly Family[];
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
    if (sandbox.ports.length === 0) return new Map();
    const outlets = this.#outlets(endpoints, gateways);
    const [main] = outlets.toSorted((a, b) => b.families.length - a.families.length);
    if (!main) return new Map();
    try {
      const bindings = this.#reserve(sandbox, outlets, rollback, before);
      return this.#lead(sandbox, outlets, bindings, rollback);
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
      if (!driver.publishesPorts || !driver.hasGateway(network)) return [];
      const opened = driver.opensPorts?.(network) ?? [];
      const led = familiesLedBy(endpoint, gateways);
      const shown = led.filter((family) => opened.includes(family));
      const direct = led.filter((family) => !opened.includes(family));
      const proxied = this.#proxiesIPv6(direct, gateways) ? (6 as const) : undefined;
      const families = proxied ? [...direct, proxied] : direct;
      if (families.length === 0 && opened.length === 0) return [];
      return [{ endpoint, network, families, opened, shown, ...(proxied && { proxied }) }];
    });
  }

  /** Whether the host's IPv6 addresses lead to an endpoint of IPv4 alone: nobody else has IPv6, and the proxy is on. */
  #proxiesIPv6(families: readonly Family[], gateways: Gateways): boolean {
    const { proxy, ports } = this.#parts.kernel;
    const isOnlyWay = families.includes(4) && gateways[6] === undefined;
    return isOnlyWay && proxy.isOn && ports.listensOnIPv6();
  }

  #reserve(
    sandbox: Pick<SandboxRecord, 'id' | 'ports'>,
    outlets: readonly Outlet[],
    rollback: Rollback,
    before: readonly PortBinding[],
  ): PortBinding[] {
    const { ports } = this.#parts;
    const families = outlets.flatMap((outlet) => outlet.families);
    const defaults: HostAddresses = Object.assign(
      {},
      ...outlets.map((outlet) => this.#defaults(outlet, outlet.families)),
    );
    const proxied = outlets.find((outlet) => outlet.proxied)?.proxied;
    const wishes = wishesFor(sandbox.ports, { families, proxied, defaults }, before);
    if (wishes.length === 0) return [];
    const bindings = ports.reserve(sandbox.id, wishes);
    rollback.defer('ports', () => ports.release(sandbox.id));
    return bindings;
  }

  /** An IPv6 address of a host that has none would only fail. */
  #defaults({ network }: Outlet, families: readonly Family[]): HostAddresses {
    const able = families.filter(
      (family) => family === 4 || this.#parts.kernel.ports.listensOnIPv6(),
    );
    return defaultHostAddresses(able, network.options);
  }

  #lead(
    { id: sandboxId, ports: requests }: Pick<SandboxRecord, 'id' | 'ports'>,
    outlets: readonly Outlet[],
    bindings: readonly PortBinding[],
    rollback: Rollback,
  ): Map<string, Published> {
    const { kernel } = this.#parts;
    const planned = outlets.map((outlet) => {
      const { endpoint, network, families, opened, shown } = outlet;
      const led = bindings.filter((binding) => families.includes(familyOf(binding)));
      const defaults = defaultHostAddresses(opened, network.options);
      const open = joined(openingsFor(requests, { families: opened, defaults }));
      const plan = this.#drafts.driverOf(network).planPorts(network, endpoint, led.concat(open));
      const seen = open.filter((binding) => shown.includes(familyOf(binding)));
      return { id: endpoint.id, bindings: led.concat(seen), plan };
    });
    const reserved = planned.map(({ plan }) => reservedBy(plan)).reduce(together, []);
    const published = planned.map(({ plan, ...rest }) => ({
      ...rest,
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
  return plan
    .map((one) => (one.kind === 'port.reserve' ? one.args.bindings : []))
    .reduce(together, []);
}

function together(some: readonly PortBinding[], more: readonly PortBinding[]) {
  return some.length === 0 ? more : some.concat(more);
}
