import type { NftElement, NftFragment } from '../../../native/nft/model.js';
import {
  type EndpointPolicy,
  type FirewalledNetwork,
  type FirewallSettings,
  firewalledFamily,
  isProtected,
} from '../model.js';
import { firewallFamily, TABLE } from './family.js';
import { quoted } from './network.js';

/** Keeps others from addressing the container directly, and its neighbours too where ICC is off. */
export function endpointFragments(
  { owner, network, addresses, hostName, separated }: EndpointPolicy,
  settings: FirewallSettings,
): NftFragment[] {
  const direct = addresses.flatMap(({ family, address }): NftFragment[] => {
    const itsFamily = firewalledFamily(network, family);
    if (!itsFamily || !isProtected(network, itsFamily, settings)) return [];
    const elements = protection(network, address);
    return [{ owner, family: firewallFamily[family].name, table: TABLE, elements }];
  });
  return separated ? [...direct, separation(owner, hostName)] : direct;
}

function protection(
  { bridge, trustedInterfaces }: FirewalledNetwork,
  address: string,
): NftElement[] {
  const allowed = new Set([bridge, ...trustedInterfaces]);
  return [
    { set: 'containers', key: address },
    ...[...allowed].map((name) => ({ set: 'direct', key: `${address} . ${quoted(name)}` })),
  ];
}

function separation(owner: string, hostName: string): NftFragment {
  return {
    owner,
    family: 'bridge',
    table: TABLE,
    elements: [{ set: 'separated', key: quoted(hostName) }],
  };
}
