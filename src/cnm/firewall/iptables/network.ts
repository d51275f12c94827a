import type { IptablesRule } from '../../../native/iptables-wrapper/model.js';
import {
  type FirewalledFamily,
  type FirewalledNetwork,
  type FirewallMark,
  type FirewallSettings,
  translates,
} from '../model.js';
import { exactly, interfaceName, iptablesFamily } from './family.js';
import { rule } from './rule.js';

/** What a network has in the tables of one of its families. */
export function networkRules(
  network: FirewalledNetwork,
  family: FirewalledFamily,
  settings: FirewallSettings,
): IptablesRule[] {
  const bridge = interfaceName(network.bridge);
  const forward = network.internal
    ? internal(bridge, network.icc, family.family)
    : open(bridge, network.icc, family, settings);
  return translates(network, family) ? [...forward, ...translation(bridge, family)] : forward;
}

/** Into a normal network: answers, neighbours, published ports, and nothing else. Out of it: anything. */
function open(
  bridge: string,
  icc: boolean,
  { family, mode }: FirewalledFamily,
  { acceptMark }: FirewallSettings,
): IptablesRule[] {
  const { icmp } = iptablesFamily[family];
  const into = (match: string, target: string, comment?: string) =>
    rule('filter', 'DOCKER', match, target, comment === undefined ? {} : { comment });
  return [
    rule('filter', 'DOCKER-CT', `-o ${bridge} ${answers}`, 'ACCEPT'),
    rule('filter', 'DOCKER-BRIDGE', `-o ${bridge}`, 'DOCKER'),
    ...(mode === 'routed' ? [into(`-o ${bridge} -p ${icmp}`, 'ACCEPT')] : []),
    ...(acceptMark
      ? [into(`-o ${bridge} -m mark --mark ${markOf(acceptMark)}`, 'ACCEPT', 'MARKED')]
      : []),
    ...(mode === 'nat-unprotected'
      ? [
          into(`! -i ${bridge} -o ${bridge}`, 'ACCEPT', 'UNPROTECTED'),
          ...(icc ? [] : [into(`-i ${bridge} -o ${bridge} ${translated}`, 'ACCEPT')]),
        ]
      : [into(`! -i ${bridge} -o ${bridge}`, 'DROP', 'UNPUBLISHED PORT DROP')]),
    ...neighbours(bridge, icc, family),
  ];
}

/** The drop comes first: to a neighbour is not out of the network. */
function neighbours(bridge: string, icc: boolean, family: 4 | 6): IptablesRule[] {
  const from = (match: string, target: string, comment: string) =>
    rule('filter', 'DOCKER-FORWARD', match, target, { comment });
  if (icc) return [from(`-i ${bridge}`, 'ACCEPT', 'OUTGOING')];
  return [
    ...discovery(bridge, family),
    from(`-i ${bridge} -o ${bridge}`, 'DROP', 'ICC'),
    from(`-i ${bridge} ! -o ${bridge}`, 'ACCEPT', 'OUTGOING'),
  ];
}

/**
 * What finds a neighbour's MAC address is IP in IPv6, and goes through in either direction: links and published ports
 * need it, and ARP isn't filtered either.
 */
function discovery(bridge: string, family: 4 | 6): IptablesRule[] {
  if (family === 4) return [];
  return [NEIGHBOUR_SOLICITATION, NEIGHBOUR_ADVERTISEMENT].map((type) => {
    const match = `-i ${bridge} -o ${bridge} -p ipv6-icmp -m icmp6 --icmpv6-type ${type}`;
    return rule('filter', 'DOCKER-FORWARD', match, 'ACCEPT', { comment: 'NEIGHBOUR DISCOVERY' });
  });
}

/** By interface where Docker looks at addresses, which can be forged. */
function internal(bridge: string, icc: boolean, family: 4 | 6): IptablesRule[] {
  const wall = (match: string, comment: string) =>
    rule('filter', 'DOCKER-INTERNAL', match, 'DROP', { comment });
  return [
    wall(`! -i ${bridge} -o ${bridge}`, 'INTERNAL NETWORK INGRESS'),
    wall(`-i ${bridge} ! -o ${bridge}`, 'INTERNAL NETWORK EGRESS'),
    ...(icc ? [] : [rule('filter', 'DOCKER-CT', `-i ${bridge} -o ${bridge} ${answers}`, 'ACCEPT')]),
    ...(icc ? [] : discovery(bridge, family)),
    rule('filter', 'DOCKER-FORWARD', `-i ${bridge} -o ${bridge}`, icc ? 'ACCEPT' : 'DROP', {
      comment: 'ICC',
    }),
  ];
}

/**
 * Traffic that leaves takes an address of the host. Answers must come back through the host where it had translated
 * the destination: a client may be the host itself or a neighbour. A frame that br_netfilter shows has no incoming
 * interface here, so the neighbour is known by its address.
 */
function translation(
  bridge: string,
  { subnet, masquerade, snat }: FirewalledFamily,
): IptablesRule[] {
  const from = (match: string, target: string, comment?: string) =>
    rule('nat', 'POSTROUTING', match, target, comment === undefined ? {} : { comment });
  const target = snat === undefined ? 'MASQUERADE' : `SNAT --to-source ${withoutLength(snat)}`;
  return [
    ...(masquerade ? [from(`-s ${subnet} ! -o ${bridge}`, target)] : []),
    from(`-o ${bridge} -m addrtype --src-type LOCAL`, 'MASQUERADE', 'FROM HOST'),
    from(`-s ${subnet} -o ${bridge} ${translated}`, 'MASQUERADE', 'FROM NEIGHBOUR'),
  ];
}

/** ICMPv6 types of RFC 4861, section 4. */
const NEIGHBOUR_SOLICITATION = 135;
const NEIGHBOUR_ADVERTISEMENT = 136;

const answers = '-m conntrack --ctstate RELATED,ESTABLISHED';
/** Who asked for a published port of the host. */
const translated = '-m conntrack --ctstate DNAT';

function markOf({ value, mask }: FirewallMark): string {
  return [value, ...(mask === undefined ? [] : [mask])]
    .map((bits) => `0x${bits.toString(16)}`)
    .join('/');
}

/** Translation needs the address alone, which this also unmaps from IPv6. */
function withoutLength(address: string): string {
  return exactly(address).split('/')[0] ?? address;
}
