import { shortId } from '../../base/ids.js';
import type { EndpointRecord, EndpointRequest, NetworkRecord, NetworkRequest } from '../model.js';
import type { EndpointDrafts } from './endpoint-drafts.js';
import type { Parts } from './parts.js';

/** The network that leads containers out whose own networks don't. The name is Docker's. */
const gatewayNetworkName = 'docker_gwbridge';

/** As Docker makes it: containers may go out, and not talk to each other there. */
const gatewayNetwork: NetworkRequest = {
  name: gatewayNetworkName,
  driver: 'bridge',
  enableIPv4: true,
  enableIPv6: false,
  internal: false,
  attachable: false,
  options: {
    'com.docker.network.bridge.enable_icc': 'false',
    'com.docker.network.bridge.enable_ip_masquerade': 'true',
    'com.docker.network.bridge.name': gatewayNetworkName,
  },
  labels: {},
  ipam: { driver: 'default', options: {}, config: [] },
};

/** A leg on the gateway network, as an endpoint to be. */
export interface Leg {
  readonly network: NetworkRecord;
  readonly request: EndpointRequest;
  readonly name: string;
}

/** Second legs of sandboxes whose networks need one to lead anywhere. */
export class GatewayLegs {
  readonly #parts: Parts;
  readonly #drafts: EndpointDrafts;
  readonly #create: (request: NetworkRequest) => Promise<NetworkRecord>;

  /** `create` makes the network unless one of its name is there. */
  constructor(
    parts: Parts,
    {
      drafts,
      create,
    }: { drafts: EndpointDrafts; create: (request: NetworkRequest) => Promise<NetworkRecord> },
  ) {
    this.#parts = parts;
    this.#drafts = drafts;
    this.#create = create;
  }

  /** Whether a sandbox on these networks is to have one: one of them needs it, and none leads out by itself. */
  isWanted(networks: readonly NetworkRecord[]): boolean {
    return (
      networks.some((network) => this.#needs(network)) &&
      !networks.some((network) => this.#leads(network))
    );
  }

  /** The leg of a sandbox; makes the network on first need. */
  async leg(sandboxId: string): Promise<Leg> {
    const network = await this.#create(gatewayNetwork);
    return {
      network,
      request: { aliases: [], driverOptions: {}, gatewayPriority: 0 },
      name: `gateway_${shortId(sandboxId)}`,
    };
  }

  /** The networks of endpoints that somebody asked for. */
  networksOf(endpoints: readonly EndpointRecord[]): NetworkRecord[] {
    return endpoints
      .filter((endpoint) => !isLeg(endpoint))
      .map((endpoint) => this.#parts.registry.networkOf(endpoint));
  }

  #needs(network: NetworkRecord): boolean {
    const driver = this.#drafts.driverOf(network);
    return !network.internal && (driver.needsGatewayNetwork?.(network) ?? false);
  }

  #leads(network: NetworkRecord): boolean {
    const driver = this.#drafts.driverOf(network);
    const hasAddress = network.subnets.some(({ gateway }) => gateway !== undefined);
    return driver.sandbox === 'own' && driver.hasGateway(network) && hasAddress;
  }
}

/** Whether the endpoint is a leg that nobody asked for. */
export function isLeg({ name }: Pick<EndpointRecord, 'name'>): boolean {
  return name !== undefined;
}
