import type { NftChain, NftRule } from '../../../native/nft/model.js';
import type { FirewallMark, FirewallSettings } from '../model.js';
import { type FirewallFamily, hook } from './family.js';

/** What an established flow sends is let through everywhere but in and out of internal networks. */
const answers: NftRule = { text: 'ct state established,related accept' };

/** Chains that elements lead to; each belongs to one kind of network. */
export const into = {
  nat: 'into-nat',
  routed: 'into-routed',
  unprotected: 'into-unprotected',
  internal: 'into-internal',
} as const;
export const OUT_OF_INTERNAL = 'out-of-internal';
/** ICC is off: of a normal network, of a routed one, of an internal one. */
export const APART = 'apart';
export const ROUTED_APART = 'routed-apart';
export const INTERNAL_APART = 'internal-apart';

/** Who may forward what. */
export function filterChains(
  family: FirewallFamily,
  { acceptMark }: Pick<FirewallSettings, 'acceptMark'>,
): NftChain[] {
  const marked = acceptMark ? [{ text: `${matchMark(acceptMark)} accept`, comment: 'MARKED' }] : [];
  return [
    { name: into.nat, rules: intoNat(family, marked) },
    {
      name: into.routed,
      rules: [{ text: `${family.icmp} accept` }, { text: `goto ${into.nat}` }],
    },
    {
      name: into.unprotected,
      rules: [{ text: 'accept', comment: 'UNPROTECTED' }],
    },
    ...internalChains(),
    ...apartChains(family, marked),
    filterForward(),
  ];
}

/** Into a normal network from elsewhere: answers, published ports, and nothing else. */
function intoNat({ name }: FirewallFamily, marked: readonly NftRule[]): NftRule[] {
  const opened = (set: string) => ({
    text: `${name} daddr . meta l4proto . th dport @${set} accept`,
    comment: 'PUBLISHED',
  });
  return [
    answers,
    ...marked,
    opened('openings'),
    opened('opening-ranges'),
    { text: 'drop', comment: 'UNPUBLISHED PORT DROP' },
  ];
}

/** No way in or out, whatever is published or established. */
function internalChains(): NftChain[] {
  return [
    {
      name: into.internal,
      rules: [{ text: 'drop', comment: 'INTERNAL NETWORK INGRESS' }],
    },
    {
      name: OUT_OF_INTERNAL,
      rules: [{ text: 'drop', comment: 'INTERNAL NETWORK EGRESS' }],
    },
  ];
}

/**
 * With ICC off, a neighbour is still reached by a link, and by a published port, like anyone's. In IPv6 it is
 * looked for by packets that br_netfilter shows here, as ARP's never are.
 */
function apartChains(
  { name, discovery, icmp }: FirewallFamily,
  marked: readonly NftRule[],
): NftChain[] {
  const found = discovery ? [{ text: `${discovery} accept`, comment: 'NEIGHBOUR DISCOVERY' }] : [];
  const linked = {
    text: `${name} saddr . ${name} daddr . meta l4proto . th dport @links accept`,
    comment: 'LINKED',
  };
  return [
    {
      name: APART,
      rules: [
        answers,
        ...marked,
        ...found,
        linked,
        { text: 'ct status & dnat != dnat drop', comment: 'ICC' },
      ],
    },
    // As in Docker: whoever may ping a routed network's containers from outside may do so from inside.
    { name: ROUTED_APART, rules: [{ text: `${icmp} accept` }, { text: `goto ${APART}` }] },
    { name: INTERNAL_APART, rules: [answers, ...found, linked, { text: 'drop', comment: 'ICC' }] },
  ];
}

/**
 * Neighbours first, for they send each other the most and need one look-up. Then the walls of internal networks: an
 * opening of another network must not lead through them.
 */
function filterForward(): NftChain {
  return {
    name: 'filter-FORWARD',
    hook: hook('filter', 'forward', 0),
    rules: [
      { text: 'iifname . oifname vmap @neighbours' },
      { text: 'iifname vmap @forward-out' },
      { text: 'oifname vmap @forward-in' },
      { text: 'iifname @outgoing accept', comment: 'OUTGOING' },
      { text: 'meta protocol vmap @forward-rest' },
    ],
  };
}

function matchMark({ value, mask }: FirewallMark): string {
  return mask === undefined ? `meta mark ${value}` : `meta mark & ${mask} == ${value}`;
}
