import type { Family } from '../../base/ip.js';
import type { Driver, EndpointDraft } from '../../cnm/driver.js';
import { endpointConfig } from '../../cnm/endpoint-options.js';
import { nameInterface } from '../../cnm/interface-name.js';
import type { Netns } from '../../cnm/kernel.js';
import type { EndpointRequest, Interface, NetworkRecord, NetworkRequest } from '../../cnm/model.js';
import type { Plan, PlannedLink } from '../../cnm/plan.js';
import type { ParentConfig } from './config.js';
import { endpointPlan, familiesOf } from './endpoint.js';
import { routesByGateway } from './gateway.js';
import { leadsSomewhere, observeParent, type ParentLinks, parentPlan } from './network.js';
import { parentName } from './place.js';

/** An endpoint's link. */
export interface LinkOnParent {
  readonly name: string;
  /** Empty for one that borrows its parent's. */
  readonly mac: string;
  /** The device of the host that it is on. */
  readonly parent: string;
}

/**
 * Containers on the wire of one of the host's devices, which has no part in it. What kind of link they have there,
 * how its options read and who may share the device is the concrete driver's.
 */
export abstract class ParentDriver<Config extends ParentConfig> implements Driver {
  abstract readonly name: 'macvlan' | 'ipvlan';
  readonly creatable = true;
  readonly sandbox = 'own';
  readonly usesIpam = true;
  readonly onParentWire = true;
  readonly publishesPorts = false;
  readonly #links: ParentLinks;

  /** `links` are those of the host's namespace. */
  constructor({ links }: { links: ParentLinks }) {
    this.#links = links;
  }

  abstract borrowsMac(network: NetworkRecord): boolean;
  abstract validateNetwork(request: NetworkRequest, others: readonly NetworkRecord[]): void;

  /** Reads the options. @throws InvalidParameter for a bad value */
  protected abstract readonly config: (
    network: Pick<NetworkRequest, 'options' | 'enableIPv6'>,
  ) => Config;
  /** Refuses a MAC that was asked for. @throws InvalidParameter */
  protected abstract checkMac(mac: string): void;
  /** The link as the kernel is asked for it, but for its MTU. */
  protected abstract link(config: Config, on: LinkOnParent): PlannedLink;

  /** How default routes are made: by way of gateways, unless the driver says otherwise. */
  protected routes(_config: Config): typeof routesByGateway {
    return routesByGateway;
  }

  resolvesNames(): boolean {
    return true;
  }

  hasGateway(network: NetworkRecord): boolean {
    return leadsSomewhere(network, this.config(network));
  }

  planNetwork(network: NetworkRecord): Plan {
    const config = this.config(network);
    return parentPlan(observeParent(this.#links, this.name, network, config), config);
  }

  validateEndpoint(_network: NetworkRecord, { mac, driverOptions }: EndpointRequest): void {
    endpointConfig(driverOptions);
    if (mac !== undefined) this.checkMac(mac);
  }

  nameInterface(network: NetworkRecord, request: EndpointRequest, taken: readonly string[]) {
    const { interfaceName } = endpointConfig(request.driverOptions);
    return { name: nameInterface(this.config(network).interfacePrefix, interfaceName, taken) };
  }

  planEndpoint(network: NetworkRecord, draft: EndpointDraft, netns: Netns): Plan {
    const config = this.config(network);
    const { name, mac } = draft.interface;
    const link = this.link(config, { name, mac, parent: parentName(network.id, config.parent) });
    const { mtu } = config;
    return endpointPlan(draft, { ...link, ...(mtu !== undefined && { mtu }) }, netns);
  }

  /** Docker counts an endpoint as a way out even where nobody named a gateway: containers may set one. */
  leadsOut(network: NetworkRecord, link: Interface): Family[] {
    return this.hasGateway(network) ? familiesOf(link) : [];
  }

  planGateway(
    network: NetworkRecord,
    draft: EndpointDraft,
    netns: Netns,
    families: readonly Family[],
  ): Plan {
    return this.routes(this.config(network))(draft, netns, families);
  }

  /** The host is not between the containers and the world, so it has no ports to publish. */
  planPorts(): Plan {
    return [];
  }
}
