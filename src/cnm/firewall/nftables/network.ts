import type { NftElement, NftFragment } from '../../../native/nft/model.js';
import {
  type FirewalledFamily,
  type FirewalledNetwork,
  type GatewayMode,
  type NetworkPolicy,
  translates,
} from '../model.js';
import { firewallFamily, TABLE } from './family.js';
import { APART, INTERNAL_APART, into, OUT_OF_INTERNAL, ROUTED_APART } from './filter.js';

/** Which chains a network's packets go through, and how they leave, for each of its families. */
export function networkFragments({ owner, network }: NetworkPolicy): NftFragment[] {
  return network.families.map((family) => ({
    owner,
    family: firewallFamily[family.family].name,
    table: TABLE,
    elements: [...forwarding(network, family), ...translation(network, family)],
  }));
}

/** An interface's name for nft; drivers have refused those that could end the quotes. */
export function quoted(interfaceName: string): string {
  return `"${interfaceName}"`;
}

/** Isolated networks are internal, so nothing leads here for them. */
const intoNetwork: Readonly<Record<GatewayMode, string>> = {
  nat: into.nat,
  'nat-unprotected': into.unprotected,
  routed: into.routed,
  isolated: into.nat,
};

function forwarding(
  { bridge, internal, icc }: FirewalledNetwork,
  { mode }: FirewalledFamily,
): NftElement[] {
  const key = quoted(bridge);
  const apart = internal ? INTERNAL_APART : mode === 'routed' ? ROUTED_APART : APART;
  const goto = (chain: string) => `goto ${chain}`;
  return [
    { set: 'neighbours', key: `${key} . ${key}`, value: icc ? 'accept' : `jump ${apart}` },
    { set: 'forward-in', key, value: goto(internal ? into.internal : intoNetwork[mode]) },
    internal ? { set: 'forward-out', key, value: goto(OUT_OF_INTERNAL) } : { set: 'outgoing', key },
  ];
}

function translation(network: FirewalledNetwork, family: FirewalledFamily): NftElement[] {
  if (!translates(network, family)) return [];
  const key = quoted(network.bridge);
  const { subnet, masquerade, snat } = family;
  return [
    { set: 'translated', key },
    { set: 'hairpins', key: `${key} . ${key}` },
    { set: 'subnets', key: subnet },
    ...(masquerade ? [{ set: 'masqueraded', key }] : []),
    ...(masquerade && snat !== undefined ? [{ set: 'host-address', key, value: snat }] : []),
  ];
}
