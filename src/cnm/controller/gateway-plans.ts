import type { Family } from '../../base/ip.js';
import { prepare } from '../apply.js';
import type { EndpointDraft } from '../driver.js';
import type { NetworkRecord } from '../model.js';
import type { EndpointDrafts } from './endpoint-drafts.js';
import { chooseGateways, type Gateways } from './gateway.js';
import { isLeg } from './gateway-leg.js';
import type { Parts } from './parts.js';
import type { GatewayState } from './records.js';

/** Which endpoints of a sandbox lead out of it, and what is to be done for that. */
export class GatewayPlans {
  readonly #parts: Parts;
  readonly #drafts: EndpointDrafts;

  constructor(parts: Parts, drafts: EndpointDrafts) {
    this.#parts = parts;
    this.#drafts = drafts;
  }

  /** The gateway of each family among these endpoints. */
  choose(endpoints: readonly EndpointDraft[]): Gateways {
    return chooseGateways(
      endpoints.map((endpoint) => {
        const network = this.#parts.registry.networkOf(endpoint);
        return {
          endpointId: endpoint.id,
          networkName: network.name,
          internal: network.internal,
          lastResort: isLeg(endpoint),
          priority: endpoint.request.gatewayPriority,
          families: this.#leadsOut(network, endpoint),
        };
      }),
    );
  }

  #leadsOut(network: NetworkRecord, { interface: link }: EndpointDraft): readonly Family[] {
    const families = this.#drafts.driverOf(network).leadsOut?.(network, link);
    if (families) return families;
    return [...(link.gateway4 ? [4 as const] : []), ...(link.gateway6 ? [6 as const] : [])];
  }

  /** The default routes for the choice, ready to be applied. */
  prepare(gateways: Gateways, endpoints: readonly EndpointDraft[], netns: string): GatewayState[] {
    return endpoints.flatMap((endpoint) => {
      const families = familiesLedBy(endpoint, gateways);
      if (families.length === 0) return [];
      const network = this.#parts.registry.networkOf(endpoint);
      const driver = this.#drafts.driverOf(network);
      const shown = withGatewaysOf(endpoint, families);
      const plan = driver.planGateway(network, shown, netns, families);
      return [{ endpointId: endpoint.id, plan: prepare(plan, this.#parts.kernel) }];
    });
  }
}

/** The families whose gateway the endpoint is. */
export function familiesLedBy({ id }: Pick<EndpointDraft, 'id'>, gateways: Gateways): Family[] {
  return ([4, 6] as const).filter((family) => gateways[family] === id);
}

/** Drivers plan a route for each gateway that they see, so each is shown only those that it is to plan. */
function withGatewaysOf(endpoint: EndpointDraft, families: readonly Family[]): EndpointDraft {
  const { gateway4, gateway6, ...link } = endpoint.interface;
  return {
    ...endpoint,
    interface: {
      ...link,
      ...(gateway4 !== undefined && families.includes(4) && { gateway4 }),
      ...(gateway6 !== undefined && families.includes(6) && { gateway6 }),
    },
  };
}
