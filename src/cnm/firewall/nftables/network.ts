import { shortId } from '../../../base/ids.js';
import type { NftChain, NftElement, NftFragment, NftRule } from '../../../native/nft/model.js';
import {
  type FirewalledFamily,
  type FirewalledNetwork,
  type FirewallSettings,
  type NetworkPolicy,
  translates,
} from '../model.js';
import { type FirewallFamily, firewallFamily, TABLE } from './family.js';

/** The chains of a network and the jumps to them, for each of its families. */
export function networkFragments(
  { owner, network }: NetworkPolicy,
  settings: FirewallSettings,
): NftFragment[] {
  return network.families.map((family) => {
    const chains = chainsOf(network, family, settings);
    return {
      owner,
      family: firewallFamily[family.family].name,
      table: TABLE,
      chains: chains.map(({ chain }) => chain),
      elements: [
        ...chains.map(({ chain, map }) => jump(map, network.bridge, chain.name)),
        ...(network.internal ? [] : [{ set: 'outgoing', key: quoted(network.bridge) }]),
      ],
    };
  });
}

/** An interface's name for nft; drivers have refused those that could end the quotes. */
export function quoted(interfaceName: string): string {
  return `"${interfaceName}"`;
}

interface MappedChain {
  /** The map that leads to the chain; the chain is named after it. */
  readonly map: string;
  readonly chain: NftChain;
}

function chainsOf(
  network: FirewalledNetwork,
  family: FirewalledFamily,
  settings: FirewallSettings,
): MappedChain[] {
  const words = firewallFamily[family.family];
  const rules: Record<string, NftRule[]> = network.internal
    ? { 'forward-in': internalIn(network, words), 'forward-out': internalOut(network) }
    : { 'forward-in': forwardIn(network, family, words, settings) };
  if (translates(network, family)) {
    rules['postrouting-in'] = postroutingIn(family, words);
    if (family.masquerade) rules['postrouting-out'] = postroutingOut(network, family, words);
  }
  return Object.entries(rules).map(([map, list]) => ({
    map,
    chain: { name: `${map}__${shortId(network.id)}`, rules: list },
  }));
}

/** Into a normal network: replies, neighbours, published ports, and nothing else. */
function forwardIn(
  { bridge, icc }: FirewalledNetwork,
  { mode }: FirewalledFamily,
  { name, icmp }: FirewallFamily,
  { acceptMark }: FirewallSettings,
): NftRule[] {
  return [
    { text: 'ct state established,related accept' },
    ...(mode === 'routed' ? [{ text: `${icmp} accept` }] : []),
    ...(acceptMark ? [{ text: `meta mark ${markOf(acceptMark)} accept`, comment: 'MARKED' }] : []),
    ...neighbours(bridge, icc, name),
    { text: `${name} daddr . meta l4proto . th dport @openings accept`, comment: 'PUBLISHED' },
    mode === 'nat-unprotected'
      ? { text: 'accept', comment: 'UNPROTECTED' }
      : { text: 'drop', comment: 'UNPUBLISHED PORT DROP' },
  ];
}

function markOf({ value, mask }: NonNullable<FirewallSettings['acceptMark']>): string {
  return mask === undefined ? `${value}` : `& ${mask} == ${value}`;
}

/** With ICC off, a neighbour is still reached by a link, and by a published port, like anyone's. */
function neighbours(bridge: string, icc: boolean, name: FirewallFamily['name']): NftRule[] {
  if (icc) return [{ text: `iifname ${quoted(bridge)} accept`, comment: 'ICC' }];
  return [
    { text: linked(name), comment: 'LINKED' },
    { text: `iifname ${quoted(bridge)} ct status & dnat != dnat drop`, comment: 'ICC' },
  ];
}

function internalIn({ bridge, icc }: FirewalledNetwork, { name }: FirewallFamily): NftRule[] {
  return [
    { text: `iifname != ${quoted(bridge)} drop`, comment: 'INTERNAL NETWORK INGRESS' },
    ...(icc
      ? []
      : [
          { text: 'ct state established,related accept' },
          { text: linked(name), comment: 'LINKED' },
        ]),
    { text: icc ? 'accept' : 'drop', comment: 'ICC' },
  ];
}

function linked(name: FirewallFamily['name']): string {
  return `${name} saddr . ${name} daddr . meta l4proto . th dport @links accept`;
}

function internalOut({ bridge }: FirewalledNetwork): NftRule[] {
  return [{ text: `oifname != ${quoted(bridge)} drop`, comment: 'INTERNAL NETWORK EGRESS' }];
}

/**
 * Answers must come back through the host where it had translated the destination. A frame that
 * br_netfilter shows has no incoming interface here, so the sender is known by its address.
 */
function postroutingIn({ subnet }: FirewalledFamily, { name }: FirewallFamily): NftRule[] {
  return [
    { text: 'fib saddr type local masquerade', comment: 'FROM HOST' },
    { text: `${name} saddr ${subnet} ct status dnat masquerade`, comment: 'FROM NEIGHBOUR' },
  ];
}

function postroutingOut(
  { bridge }: FirewalledNetwork,
  { subnet, snat }: FirewalledFamily,
  { name }: FirewallFamily,
): NftRule[] {
  const translate = snat === undefined ? 'masquerade' : `snat to ${snat}`;
  return [{ text: `oifname != ${quoted(bridge)} ${name} saddr ${subnet} ${translate}` }];
}

function jump(map: string, bridge: string, chain: string): NftElement {
  return { set: map, key: quoted(bridge), value: `jump ${chain}` };
}
