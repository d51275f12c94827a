import type { NetworkCreate } from '../../api/types/network.js';
import { InvalidParameter, NotImplemented } from '../../base/errors.js';
import type { IpamSubnetConfig, NetworkRequest } from '../../cnm/model.js';

/** Reads the body of a create. @throws InvalidParameter; NotImplemented for swarm's kinds of networks */
export function networkRequest(body: NetworkCreate): NetworkRequest {
  if (body.Name === '') throw new InvalidParameter('invalid network name: name is empty');
  if (body.Ingress || (body.Scope !== '' && body.Scope !== 'local')) {
    throw new NotImplemented('swarm networks are not available: use the scope "local"');
  }
  if (body.ConfigOnly || body.ConfigFrom?.Network) {
    throw new NotImplemented('config-only networks are not available yet');
  }
  return {
    name: body.Name,
    driver: body.Driver || 'bridge',
    enableIPv4: body.EnableIPv4 ?? true,
    enableIPv6: body.EnableIPv6 ?? false,
    internal: body.Internal,
    attachable: body.Attachable,
    options: body.Options,
    labels: body.Labels,
    ipam: {
      driver: body.IPAM?.Driver || 'default',
      options: body.IPAM?.Options ?? {},
      config: (body.IPAM?.Config ?? []).map(subnetConfig),
    },
  };
}

function subnetConfig(config: {
  Subnet: string;
  IPRange: string;
  Gateway: string;
  AuxiliaryAddresses: Record<string, string>;
}): IpamSubnetConfig {
  return {
    ...(config.Subnet && { subnet: config.Subnet }),
    ...(config.IPRange && { ipRange: config.IPRange }),
    ...(config.Gateway && { gateway: config.Gateway }),
    ...(Object.keys(config.AuxiliaryAddresses).length > 0 && {
      auxAddresses: config.AuxiliaryAddresses,
    }),
  };
}
