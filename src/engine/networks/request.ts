import type { NetworkCreate } from '../../api/types/network.js';
import { InvalidParameter } from '../../base/errors.js';
import type { IpamSubnetConfig, NetworkRequest, SwarmWishes } from '../../cnm/model.js';

/** Options by driver, for networks whose user gives none (`--default-network-opt`). */
export type DefaultOptions = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Options that say which families a network has where the request doesn't. */
const familyOptions = {
  4: 'com.docker.network.enable_ipv4',
  6: 'com.docker.network.enable_ipv6',
} as const;

/** Reads the body of a create. @throws InvalidParameter */
export function networkRequest(
  body: NetworkCreate,
  defaults: DefaultOptions = {},
): NetworkRequest & SwarmWishes {
  const driver = body.Driver || 'bridge';
  const configFrom = body.ConfigFrom?.Network ?? '';
  const options = { ...(configFrom === '' && defaults[driver]), ...body.Options };
  const ipv4 = family(4, body.EnableIPv4, options, true);
  const ipv6 = family(6, body.EnableIPv6, ipv4.options, false);
  return {
    name: body.Name,
    driver,
    enableIPv4: ipv4.enabled,
    enableIPv6: ipv6.enabled,
    internal: body.Internal,
    attachable: body.Attachable,
    options: ipv6.options,
    labels: body.Labels,
    ipam: {
      driver: body.IPAM?.Driver || 'default',
      options: body.IPAM?.Options ?? {},
      config: (body.IPAM?.Config ?? []).map(subnetConfig),
    },
    ...(body.Scope !== '' && { scope: body.Scope }),
    ...(body.Ingress && { ingress: true }),
    ...(body.ConfigOnly && { configOnly: true }),
    ...(configFrom !== '' && { configFrom }),
  };
}

/** What the request says counts, then the option; one that doesn't count would look wrong in inspect and is dropped. */
function family(
  which: 4 | 6,
  wanted: boolean | null | undefined,
  options: Readonly<Record<string, string>>,
  fallback: boolean,
): { enabled: boolean; options: Readonly<Record<string, string>> } {
  const key = familyOptions[which];
  const { [key]: text, ...rest } = options;
  if (typeof wanted === 'boolean') return { enabled: wanted, options: rest };
  if (text === undefined) return { enabled: fallback, options };
  if (/^(1|t|T|true|TRUE|True)$/.test(text)) return { enabled: true, options };
  if (/^(0|f|F|false|FALSE|False)$/.test(text)) return { enabled: false, options };
  throw new InvalidParameter(`driver-opt "${key}" is not a valid bool`);
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
