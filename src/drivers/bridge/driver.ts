import { InvalidParameter } from '../../base/errors.js';
import type { Ids } from '../../base/ids.js';
import type { Family } from '../../base/ip.js';
import { parseMac } from '../../base/mac.js';
import type { Driver, EndpointDraft } from '../../cnm/driver.js';
import { endpointConfig } from '../../cnm/endpoint-options.js';
import type { Netns, Sysctls } from '../../cnm/kernel.js';
import type {
  EndpointRequest,
  ExposedPort,
  NetworkRecord,
  NetworkRequest,
  PortBinding,
} from '../../cnm/model.js';
import type { Plan } from '../../cnm/plan.js';
import { bridgeConfig } from './config.js';
import { refuseConflicts, refuseSubnets } from './conflicts.js';
import { type ForwardingSettings, forwardingPlan } from './forwarding.js';
import { interfaceNames } from './names.js';
import { type BridgeNetwork, bridgeNetwork } from './network.js';
import { observeHost } from './observe.js';
import {
  type BridgeEndpoint,
  bridgeEndpoint,
  endpointPlan,
  gatewayPlan,
  linkPlan,
  networkPlan,
  portsPlan,
} from './plan.js';

/** A Linux bridge for each network and a veth pair for each endpoint, behind the host's firewall. */
export class BridgeDriver implements Driver {
  readonly name = 'bridge';
  readonly creatable = true;
  readonly sandbox = 'own';
  readonly usesIpam = true;
  readonly publishesPorts = true;
  readonly #ids: Ids;
  readonly #sysctls: Pick<Sysctls, 'read'>;
  readonly #forwarding: ForwardingSettings;
  readonly #untranslated: readonly Family[];

  /**
   * `sysctls` are those of the host's namespace. `untranslated` are families whose published ports no rules lead to
   * containers (`--iptables=false`), so that the proxy must; default none.
   */
  constructor(parts: {
    ids: Ids;
    sysctls: Pick<Sysctls, 'read'>;
    forwarding: ForwardingSettings;
    untranslated?: readonly Family[];
  }) {
    this.#ids = parts.ids;
    this.#sysctls = parts.sysctls;
    this.#forwarding = parts.forwarding;
    this.#untranslated = parts.untranslated ?? [];
  }

  resolvesNames(network: NetworkRecord): boolean {
    return !bridgeConfig(network).defaultBridge;
  }

  hasGateway(network: NetworkRecord): boolean {
    return !network.internal;
  }

  validateNetwork(request: NetworkRequest, others: readonly NetworkRecord[]): void {
    bridgeConfig(request);
    refuseSubnets(request);
    refuseConflicts(request, others);
  }

  planHost(network: NetworkRecord): Plan {
    return forwardingPlan(bridgeNetwork(network), this.#sysctls, this.#forwarding);
  }

  planNetwork(network: NetworkRecord): Plan {
    return networkPlan(bridgeNetwork(network), this.#ids.mac());
  }

  validateEndpoint(_network: NetworkRecord, request: EndpointRequest): void {
    endpointConfig(request.driverOptions);
    if (request.mac !== undefined && parseMac(request.mac) === undefined) {
      throw new InvalidParameter(`invalid MAC address: ${request.mac}`);
    }
  }

  nameInterface(network: NetworkRecord, request: EndpointRequest, taken: readonly string[]) {
    return interfaceNames({
      ids: this.#ids,
      prefix: bridgeConfig(network).interfacePrefix,
      wanted: endpointConfig(request.driverOptions).interfaceName,
      taken,
    });
  }

  planEndpoint(network: NetworkRecord, draft: EndpointDraft, netns: Netns): Plan {
    const { bridge, endpoint } = read(network, draft);
    return endpointPlan(bridge, endpoint, netns, observeHost(this.#sysctls));
  }

  planGateway(network: NetworkRecord, draft: EndpointDraft, netns: Netns): Plan {
    const { bridge, endpoint } = read(network, draft);
    return gatewayPlan(bridge, endpoint, netns);
  }

  opensPorts(network: NetworkRecord): readonly Family[] {
    const { internal, families } = bridgeNetwork(network);
    const routed = families.filter(({ mode }) => !internal && mode === 'routed');
    return routed.map(({ family }) => family);
  }

  planPorts(network: NetworkRecord, draft: EndpointDraft, bindings: readonly PortBinding[]): Plan {
    const { bridge, endpoint } = read(network, draft);
    return portsPlan(bridge, endpoint, bindings, this.#untranslated);
  }

  planLink(
    network: NetworkRecord,
    { client, server }: { readonly client: EndpointDraft; readonly server: EndpointDraft },
    ports: readonly ExposedPort[],
  ): Plan {
    const { bridge, endpoint } = read(network, client);
    return linkPlan(bridge, { client: endpoint, server: read(network, server).endpoint }, ports);
  }
}

function read(
  network: NetworkRecord,
  draft: EndpointDraft,
): { bridge: BridgeNetwork; endpoint: BridgeEndpoint } {
  return {
    bridge: bridgeNetwork(network),
    endpoint: bridgeEndpoint(draft, endpointConfig(draft.request.driverOptions)),
  };
}
