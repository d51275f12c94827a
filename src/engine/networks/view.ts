import type { NetworkContainer, NetworkInspect } from '../../api/types/network.js';
import type { EndpointRecord, NetworkRecord, SandboxRecord, Subnet } from '../../cnm/model.js';

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
      Config: network.subnets.map(subnetView),
    },
    Internal: network.internal,
    Attachable: network.attachable,
    Ingress: false,
    ConfigFrom: { Network: '' },
    ConfigOnly: false,
    Containers: Object.fromEntries(
      attached.map(({ endpoint, sandbox }) => [sandbox.id, containerView(endpoint, sandbox)]),
    ),
    Options: network.options,
    Labels: network.labels,
  };
}

function subnetView({ subnet, ipRange, gateway, auxAddresses }: Subnet): Record<string, unknown> {
  return {
    Subnet: subnet,
    ...(ipRange && { IPRange: ipRange }),
    ...(gateway && { Gateway: gateway }),
    ...(Object.keys(auxAddresses).length > 0 && { AuxiliaryAddresses: auxAddresses }),
  };
}

function containerView(endpoint: EndpointRecord, sandbox: SandboxRecord): NetworkContainer {
  return {
    Name: sandbox.containerName,
    EndpointID: endpoint.id,
    MacAddress: endpoint.interface.mac,
    IPv4Address: endpoint.interface.ipv4 ?? '',
    IPv6Address: endpoint.interface.ipv6 ?? '',
  };
}
