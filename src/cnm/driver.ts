/**
 * What a network driver is. A driver only decides: it checks options and makes plans. The controller gives
 * it addresses from IPAM, applies the plans and keeps the records, so every driver is crash-safe, can be
 * shown before it acts, and is undone by the same data that built it up.
 */

import type { Family } from '../base/ip.js';
import type { Netns } from './kernel.js';
import type {
  EndpointRecord,
  EndpointRequest,
  ExposedPort,
  Interface,
  NetworkRecord,
  NetworkRequest,
  PortBinding,
} from './model.js';
import type { Plan } from './plan.js';

/** A kind of network. */
export interface Driver {
  /** As in `--driver`: `bridge`. */
  readonly name: string;
  /** Whether users may create networks of it, or just the daemon its single one (`host`, `null`). */
  readonly creatable: boolean;
  /** What containers on such a network run in. `own`: a namespace with endpoints; `isolated`: one with loopback only; `host`: the daemon's. */
  readonly sandbox: 'own' | 'isolated' | 'host';
  /** Whether the controller gets subnets and addresses from IPAM for it. */
  readonly usesIpam: boolean;
  /**
   * The networks are on a wire that the host is only one more machine on (macvlan, ipvlan): no gateway address
   * is chosen for them, and their subnets may overlap those of other such networks. Default false.
   */
  readonly onParentWire?: boolean;
  /** Whether published ports work on it. */
  readonly publishesPorts: boolean;
  /** Whether names resolve by the embedded DNS. The default bridge says no, as Docker's does. */
  resolvesNames(network: NetworkRecord): boolean;
  /** Whether the host is the way out: false for internal networks. */
  hasGateway(network: NetworkRecord): boolean;
  /**
   * Whether a container that has no gateway through this network is to get one through the gateway network
   * (`docker_gwbridge`), as with overlays and some plugins. Default: no.
   */
  needsGatewayNetwork?(network: NetworkRecord): boolean;

  /**
   * Refuses what this driver can't do, before any address is taken.
   * @throws InvalidParameter for bad options (naming the key), Forbidden for conflicts with `others`.
   */
  validateNetwork(request: NetworkRequest, others: readonly NetworkRecord[]): void;
  /**
   * What the network needs of the host as a whole and the host has not; done once, for good. Default: nothing.
   */
  planHost?(network: NetworkRecord): Plan;
  /** The host side of the network. `others` are the networks that exist. */
  planNetwork(network: NetworkRecord, others: readonly NetworkRecord[]): Plan;
  /** Refuses what this driver can't do for an endpoint. @throws InvalidParameter */
  validateEndpoint(network: NetworkRecord, request: EndpointRequest): void;
  /** Names the interface. `taken` are the names in the sandbox already. */
  nameInterface(
    network: NetworkRecord,
    request: EndpointRequest,
    taken: readonly string[],
  ): Pick<Interface, 'name' | 'hostName'>;
  /** The attachment of a sandbox: interface and addresses, without default route and ports. */
  planEndpoint(network: NetworkRecord, endpoint: EndpointDraft, netns: Netns): Plan;
  /** Whether endpoints that ask for no MAC have their parent's, so that none is chosen for them. Default: no. */
  borrowsMac?(network: NetworkRecord): boolean;
  /** Families in which the endpoint can lead out of its sandbox. Default: those that it has a gateway's address in. */
  leadsOut?(network: NetworkRecord, link: Interface): readonly Family[];
  /** The default route through this endpoint, in these families. */
  planGateway(
    network: NetworkRecord,
    endpoint: EndpointDraft,
    netns: Netns,
    families: readonly Family[],
  ): Plan;
  /**
   * Families in which published ports are not ports of the host: the container's own are open to whoever can
   * route to it (gateway mode `routed`), whichever endpoint is its gateway. Default: none.
   */
  opensPorts?(network: NetworkRecord): readonly Family[];
  /**
   * Opens the way from the host's ports to the endpoint. A binding in a family that the endpoint has no address in
   * is to be served by the proxy; one with host port 0 opens the container's own port.
   */
  planPorts(
    network: NetworkRecord,
    endpoint: EndpointDraft,
    bindings: readonly PortBinding[],
  ): Plan;
  /**
   * Lets the client open connections to these ports of the server, where the network keeps its containers
   * apart (legacy `--link`). Firewall steps only. Default: nothing to do.
   */
  planLink?(
    network: NetworkRecord,
    ends: { readonly client: EndpointDraft; readonly server: EndpointDraft },
    ports: readonly ExposedPort[],
  ): Plan;
}

/** An endpoint before anything was done for it. */
export type EndpointDraft = Pick<
  EndpointRecord,
  'id' | 'name' | 'networkId' | 'sandboxId' | 'request' | 'interface' | 'dnsNames'
>;
