import type { NftElement, NftFragment } from '../../../native/nft/model.js';
import { type BridgeFamily, type BridgeNetwork, familyIn } from '../network.js';
import type { BridgeHost } from '../observe.js';
import { firewallFamily, TABLE } from './family.js';
import { quoted } from './network.js';

/** Owner of what an endpoint has in the firewall, ports apart. */
export function endpointOwner(endpointId: string): string {
  return `endpoint/${endpointId}`;
}

/** An endpoint's addresses without prefix length, and the host's end of its link. */
export interface FirewalledEndpoint {
  readonly id: string;
  readonly addresses: readonly { readonly family: 4 | 6; readonly address: string }[];
  readonly hostName: string;
}

/** Keeps others from addressing the container directly, and its neighbours too where ICC is off. */
export function endpointFirewall(
  network: BridgeNetwork,
  endpoint: FirewalledEndpoint,
  host: BridgeHost,
): NftFragment[] {
  const owner = endpointOwner(endpoint.id);
  const direct = endpoint.addresses.flatMap(({ family, address }): NftFragment[] => {
    const itsFamily = familyIn(network, family);
    if (!itsFamily || !isProtected(network, itsFamily)) return [];
    const elements = protection(network, address);
    return [{ owner, family: firewallFamily[family].name, table: TABLE, chains: [], elements }];
  });
  return needsSeparation(network, host)
    ? [...direct, separation(owner, endpoint.hostName)]
    : direct;
}

/** An internal network is shut by its own chains; the other modes are open to whoever finds a way. */
function isProtected(network: BridgeNetwork, { mode }: BridgeFamily): boolean {
  return !network.internal && mode === 'nat';
}

function protection({ bridge, config }: BridgeNetwork, address: string): NftElement[] {
  const allowed = new Set([bridge, ...config.trustedHostInterfaces]);
  return [
    { set: 'containers', key: address },
    ...[...allowed].map((name) => ({ set: 'direct', key: `${address} . ${quoted(name)}` })),
  ];
}

/**
 * Where the network's own chains see all frames they also hold the neighbours apart; anywhere else frames
 * must be stopped in the bridge.
 */
function needsSeparation({ config, families }: BridgeNetwork, host: BridgeHost): boolean {
  return !config.icc && !families.every(({ family }) => host.filteredFrames.includes(family));
}

function separation(owner: string, hostName: string): NftFragment {
  return {
    owner,
    family: 'bridge',
    table: TABLE,
    chains: [],
    elements: [{ set: 'separated', key: quoted(hostName) }],
  };
}
