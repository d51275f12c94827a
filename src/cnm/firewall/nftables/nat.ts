import type { NftChain, NftRule } from '../../../native/nft/model.js';
import type { FirewallSettings } from '../model.js';
import { type FirewallFamily, hook, PUBLISH, TRACKED } from './family.js';

/** Whose address a packet has: published ports on the way in, the host's address on the way out. */
export function natChains(
  family: FirewallFamily,
  settings: Pick<FirewallSettings, 'userlandProxy'>,
): NftChain[] {
  return [...publishing(family, settings), ...leaving(family)];
}

/**
 * Published ports, for packets from outside and from the host's own processes. Only addresses of the host count.
 * Exact ports come before ranges, so that a range can't take what another published.
 */
function publishing(
  family: FirewallFamily,
  { userlandProxy }: Pick<FirewallSettings, 'userlandProxy'>,
): NftChain[] {
  const { name, untranslatable, linkLocal } = family;
  const key = 'meta l4proto . th dport';
  const toPublish = { text: 'fib daddr type local jump publish' };
  const toProxy: NftRule[] =
    userlandProxy && linkLocal
      ? [{ text: `${name} saddr ${linkLocal} return`, comment: 'LINK-LOCAL CLIENT' }]
      : [];
  const loopback: NftRule[] = untranslatable
    ? [{ text: `${name} daddr ${untranslatable} return`, comment: 'LOOPBACK' }]
    : [];
  return [
    {
      name: 'publish',
      rules: [
        ...toProxy,
        { text: `dnat to ${name} daddr . ${key} map @${PUBLISH.address}` },
        { text: `dnat to ${name} daddr . ${key} map @${PUBLISH.addressRanges}` },
        { text: `dnat to ${key} map @${PUBLISH.any}` },
        { text: `dnat to ${key} map @${PUBLISH.anyRanges}` },
      ],
    },
    { name: 'nat-PREROUTING', hook: hook('nat', 'prerouting', -100), rules: [toPublish] },
    { name: 'nat-OUTPUT', hook: hook('nat', 'output', -100), rules: [...loopback, toPublish] },
  ];
}

/**
 * The way out of a network, and back into it. A chain of type nat sees the first packet of each connection, so
 * noting it here costs the others nothing. A frame that br_netfilter shows has no incoming interface here (`iif 0`),
 * so a sender inside the network is known by its address.
 */
function leaving({ name }: FirewallFamily): NftChain[] {
  const note = (end: 'saddr' | 'daddr') => ({
    text: `${name} ${end} @containers add @${TRACKED} { ${name} ${end} }`,
  });
  return [
    {
      name: 'to-neighbour',
      // The answer must come back through the host, which had translated the destination.
      rules: [{ text: 'ct status dnat masquerade', comment: 'FROM NEIGHBOUR' }],
    },
    {
      name: 'to-world',
      rules: [{ text: 'snat to iifname map @host-address' }, { text: 'masquerade' }],
    },
    {
      name: 'nat-POSTROUTING',
      hook: hook('nat', 'postrouting', 100),
      rules: [
        note('saddr'),
        note('daddr'),
        { text: 'oifname @translated fib saddr type local masquerade', comment: 'FROM HOST' },
        { text: 'iifname . oifname @hairpins goto to-neighbour' },
        { text: `oifname @translated iif 0 ${name} saddr @subnets goto to-neighbour` },
        { text: `iifname @masqueraded ${name} saddr @subnets goto to-world` },
      ],
    },
  ];
}
