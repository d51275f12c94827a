import { InvalidParameter } from '../../base/errors.js';
import type { Family } from '../../base/ip.js';
import type { Driver, EndpointDraft } from '../../cnm/driver.js';
import { endpointConfig } from '../../cnm/endpoint-options.js';
import { nameInterface } from '../../cnm/interface-name.js';
import type { Netns } from '../../cnm/kernel.js';
import type { EndpointRequest, Interface, NetworkRecord, NetworkRequest } from '../../cnm/model.js';
import type { Plan } from '../../cnm/plan.js';
import { endpointPlan, familiesOf } from '../parent/endpoint.js';
import { routesByDevice, routesByGateway } from '../parent/gateway.js';
import { leadsSomewhere, observeParent, type ParentLinks, parentPlan } from '../parent/network.js';
import { parentName } from '../parent/place.js';
import { ipvlanConfig } from './config.js';
import { refuseSharing } from './conflicts.js';

/** Containers with addresses, but no MACs, of their own on the wire of one of the host's devices. */
export class IpvlanDriver implements Driver {
  readonly name = 'ipvlan';
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

  borrowsMac(): boolean {
    return true;
  }

  resolvesNames(): boolean {
    return true;
  }

  hasGateway(network: NetworkRecord): boolean {
    return leadsSomewhere(network, ipvlanConfig(network));
  }

  validateNetwork(request: NetworkRequest, others: readonly NetworkRecord[]): void {
    refuseSharing(request, others);
  }

  planNetwork(network: NetworkRecord): Plan {
    const config = ipvlanConfig(network);
    return parentPlan(observeParent(this.#links, 'ipvlan', network, config), config);
  }

  validateEndpoint(_network: NetworkRecord, { mac, driverOptions }: EndpointRequest): void {
    endpointConfig(driverOptions);
    if (mac !== undefined) {
      throw new InvalidParameter('ipvlan interfaces do not support custom mac address assignment');
    }
  }

  nameInterface(network: NetworkRecord, request: EndpointRequest, taken: readonly string[]) {
    const { interfaceName } = endpointConfig(request.driverOptions);
    return { name: nameInterface(ipvlanConfig(network).interfacePrefix, interfaceName, taken) };
  }

  planEndpoint(network: NetworkRecord, draft: EndpointDraft, netns: Netns): Plan {
    const { parent, mode, flag, mtu } = ipvlanConfig(network);
    const link = {
      kind: 'ipvlan',
      name: draft.interface.name,
      parent: parentName(network.id, parent),
      mode,
      flag,
      ...(mtu !== undefined && { mtu }),
    } as const;
    return endpointPlan(draft, link, netns);
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
    const plan = ipvlanConfig(network).mode === 'l2' ? routesByGateway : routesByDevice;
    return plan(draft, netns, families);
  }

  /** The host is not between the containers and the world, so it has no ports to publish. */
  planPorts(): Plan {
    return [];
  }
}
