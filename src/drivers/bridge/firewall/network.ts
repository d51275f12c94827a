import { shortId } from '../../../base/ids.js';
import type { NftChain, NftElement, NftFragment, NftRule } from '../../../native/nft/model.js';
import { type BridgeFamily, type BridgeNetwork, translates } from '../network.js';
import { type FirewallFamily, firewallFamily, TABLE } from './family.js';

/** Owner of what a network has in the firewall. */
export function networkOwner(networkId: string): string {
  return `network/${networkId}`;
}

/** The chains of a network and the jumps to them, for each of its families. */
export function networkFirewall(network: BridgeNetwork): NftFragment[] {
  return network.families.map((family) => {
    const chains = chainsOf(network, family);
    return {
      owner: networkOwner(network.id),
      family: firewallFamily[family.family].name,
      table: TABLE,
      chains: chains.map(({ chain }) => chain),
      elements: chains.map(({ chain, map }) => jump(map, network.bridge, chain.name)),
    };
  });
}

/** An interface's name for nft; `config.ts` has refused those that could end the quotes. */
export function quoted(interfaceName: string): string {
  return `"${interfaceName}"`;
}

interface MappedChain {
  /** The map that leads to the chain; the chain is named after it. */
  readonly map: string;
  readonly chain: NftChain;
}

function chainsOf(network: BridgeNetwork, family: BridgeFamily): MappedChain[] {
  const words = firewallFamily[family.family];
  const rules: Record<string, NftRule[]> = network.internal
    ? { 'forward-in': internalIn(network), 'forward-out': internalOut(network) }
    : { 'forward-in': forwardIn(network, family, words) };
  if (translates(network, family)) {
    rules['postrouting-in'] = postroutingIn(family, words);
    if (network.config.masquerade) {
      rules['postrouting-out'] = postroutingOut(network, family, words);
    }
  }
  return Object.entries(rules).map(([map, list]) => ({
    map,
    chain: { name: `${map}__${shortId(network.id)}`, rules: list },
  }));
}

/** Into a normal network: replies, neighbours, published ports, and nothing else. */
function forwardIn(
  { bridge, config }: BridgeNetwork,
  { mode }: BridgeFamily,
  { name, icmp }: FirewallFamily,
): NftRule[] {
  return [
    { text: 'ct state established,related accept' },
    ...(mode === 'routed' ? [{ text: `${icmp} accept` }] : []),
    neighbours(bridge, config.icc),
    { text: `${name} daddr . meta l4proto . th dport @openings accept`, comment: 'PUBLISHED' },
    mode === 'nat-unprotected'
      ? { text: 'accept', comment: 'UNPROTECTED' }
      : { text: 'drop', comment: 'UNPUBLISHED PORT DROP' },
  ];
}

/** With ICC off, a neighbour is still reached by a published port, like anyone's. */
function neighbours(bridge: string, icc: boolean): NftRule {
  return icc
    ? { text: `iifname ${quoted(bridge)} accept`, comment: 'ICC' }
    : { text: `iifname ${quoted(bridge)} ct status & dnat != dnat drop`, comment: 'ICC' };
}

function internalIn({ bridge, config }: BridgeNetwork): NftRule[] {
  return [
    { text: `iifname != ${quoted(bridge)} drop`, comment: 'INTERNAL NETWORK INGRESS' },
    { text: config.icc ? 'accept' : 'drop', comment: 'ICC' },
  ];
}

function internalOut({ bridge }: BridgeNetwork): NftRule[] {
  return [{ text: `oifname != ${quoted(bridge)} drop`, comment: 'INTERNAL NETWORK EGRESS' }];
}

/**
 * Answers must come back through the host where it had translated the destination. A frame that
 * br_netfilter shows has no incoming interface here, so the sender is known by its address.
 */
function postroutingIn({ subnet }: BridgeFamily, { name }: FirewallFamily): NftRule[] {
  return [
    { text: 'fib saddr type local masquerade', comment: 'FROM HOST' },
    { text: `${name} saddr ${subnet} ct status dnat masquerade`, comment: 'FROM NEIGHBOUR' },
  ];
}

function postroutingOut(
  { bridge }: BridgeNetwork,
  { subnet, snat }: BridgeFamily,
  { name }: FirewallFamily,
): NftRule[] {
  const translate = snat === undefined ? 'masquerade' : `snat to ${snat}`;
  return [{ text: `oifname != ${quoted(bridge)} ${name} saddr ${subnet} ${translate}` }];
}

function jump(map: string, bridge: string, chain: string): NftElement {
  return { set: map, key: quoted(bridge), value: `jump ${chain}` };
}
