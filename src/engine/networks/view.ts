import type { NetworkContainer, NetworkInspect } from '../../api/types/network.js';
import type { SubnetStatus } from '../../cnm/ipam/allocator.js';
import type {
  EndpointRecord,
  IpamSubnetConfig,
  NetworkRecord,
  SandboxRecord,
  Subnet,
} from '../../cnm/model.js';

/** Docker API: `NetworkInspect`. A list shows no containers. */
export function networkView(
  network: NetworkRecord,
  attached: readonly { endpoint: EndpointRecord; sandbox: SandboxRecord }[],
): NetworkInspect {
  const { options } = network.ipam;
  return {
    Name: network.name,
    Id: network.id,
    Created: network.created,
    Scope: network.scope,
    Driver: network.driver,
    EnableIPv4: network.enableIPv4,
    EnableIPv6: network.enableIPv6,
    IPAM: {
      Driver: network.ipam.driver,
      Options: network.predefined ? null : options,
      Config: network.configOnly
        ? network.ipam.config.map(subnetView)
        : byFamily(network.subnets).map(subnetView),
    },
    Internal: network.internal,
    Attachable: network.attachable,
    Ingress: false,
    ConfigFrom: { Network: network.configFrom ?? '' },
    ConfigOnly: network.configOnly ?? false,
    Containers: Object.fromEntries(
      attached.map(({ endpoint, sandbox }) => [sandbox.id, containerView(endpoint, sandbox)]),
    ),
    Options: network.options,
    Labels: network.labels,
  };
}

/** Docker API: `NetworkInspect.Status`. */
export function statusView(
  subnets: ReadonlyMap<string, SubnetStatus>,
): NonNullable<NetworkInspect['Status']> {
  const shown = [...subnets].map(
    ([subnet, { ipsInUse, dynamicIpsAvailable }]) =>
      [subnet, { IPsInUse: ipsInUse, DynamicIPsAvailable: dynamicIpsAvailable }] as const,
  );
  return { IPAM: shown.length > 0 ? { Subnets: Object.fromEntries(shown) } : {} };
}

/** IPv4 first, as Docker shows them; each family in the order of the request. */
function byFamily(subnets: readonly Subnet[]): Subnet[] {
  return subnets.toSorted((a, b) => a.family - b.family);
}

function subnetView({
  subnet,
  ipRange,
  gateway,
  auxAddresses = {},
}: IpamSubnetConfig): Record<string, unknown> {
  return {
    ...(subnet && { Subnet: subnet }),
    ...(ipRange && { IPRange: ipRange }),
    ...(gateway && { Gateway: gateway }),
    ...(Object.keys(auxAddresses).length > 0 && { AuxiliaryAddresses: auxAddresses }),
  };
}

function containerView(endpoint: EndpointRecord, sandbox: SandboxRecord): NetworkContainer {
  return {
    Name: endpoint.name ?? sandbox.containerName,
    EndpointID: endpoint.id,
    MacAddress: endpoint.interface.mac,
    IPv4Address: endpoint.interface.ipv4 ?? '',
    IPv6Address: endpoint.interface.ipv6 ?? '',
  };
}
