import type { NftChain, NftSet, NftTable } from '../../../native/nft/model.js';
import type { FirewallSettings } from '../model.js';
import { type FirewallFamily, firewallFamily, hook, PUBLISH, TABLE, TRACKED } from './family.js';
import { filterChains } from './filter.js';
import { natChains } from './nat.js';

/*
 * The part of the firewall that is the same on every host: all chains, all rules. What belongs to one network,
 * container or port is an element of a set or map, so that a packet meets a constant number of rules, and a change
 * costs the same however much there is.
 *
 * "in" is towards a bridge, "out" away from it. Docker's nftables backend has the same hooks and priorities.
 */

/**
 * The tables that all fragments go into. To be installed once when the daemon starts.
 * A foreign table can still drop what these let through; what these drop, no other can save.
 */
export function baseTables(
  settings: Pick<FirewallSettings, 'userlandProxy' | 'acceptMark'>,
): NftTable[] {
  return [
    addressTable(firewallFamily[4], settings),
    addressTable(firewallFamily[6], settings),
    frameTable(),
  ];
}

/**
 * The admin's own chain, which forwarded packets meet before ours, as Docker's DOCKER-USER. In a table of its own,
 * because ours are made anew as wholes. A drop is final there; an accept only ends this chain.
 */
export const userTable: NftTable = {
  family: 'inet',
  name: 'tsnet-user',
  sets: [],
  chains: [{ name: 'tsnet-user', hook: hook('filter', 'forward', -10), rules: [] }],
};

function addressTable(
  family: FirewallFamily,
  settings: Pick<FirewallSettings, 'userlandProxy' | 'acceptMark'>,
): NftTable {
  return {
    family: family.name,
    name: TABLE,
    sets: sets(family.addressType),
    chains: [
      rawPrerouting(family),
      manglePrerouting(family),
      ...filterChains(family, settings),
      ...natChains(family, settings),
    ],
  };
}

function sets(address: FirewallFamily['addressType']): NftSet[] {
  return [...networkSets(address), ...containerSets(address), ...portSets(address)];
}

function networkSets(address: FirewallFamily['addressType']): NftSet[] {
  return [
    // What becomes of packets to a network, by its bridge, and from one, if it is internal.
    { name: 'forward-in', key: 'ifname', value: 'verdict' },
    { name: 'forward-out', key: 'ifname', value: 'verdict' },
    // From a network to itself.
    { name: 'neighbours', key: 'ifname . ifname', value: 'verdict' },
    // Bridges of the networks that have a way out.
    { name: 'outgoing', key: 'ifname' },
    // What becomes of packets that are neither from nor to a network, by protocol: nothing, or drop.
    { name: 'forward-rest', key: 'ether_type', value: 'verdict' },
    // Networks with address translation: their bridges, the way from one to itself, their subnets.
    { name: 'translated', key: 'ifname' },
    { name: 'hairpins', key: 'ifname . ifname' },
    { name: 'subnets', key: address, interval: true },
    // Whose packets get an address of the host, and which, if not the one that fits best.
    { name: 'masqueraded', key: 'ifname' },
    { name: 'host-address', key: 'ifname', value: address },
  ];
}

function containerSets(address: FirewallFamily['addressType']): NftSet[] {
  return [
    // Containers that nobody may address but by published ports, and the interfaces that may all the same.
    { name: 'containers', key: address },
    { name: 'direct', key: `${address} . ifname` },
    // Who may open connections to which ports of a neighbour though ICC is off.
    { name: 'links', key: `${address} . ${address} . inet_proto . inet_service` },
    // Containers that have had a tracked connection through the host. Afterwards it is unknown: any may have had.
    { name: TRACKED, key: address, dynamic: true, startsAs: 'containers' },
  ];
}

/**
 * Single ports are in plain maps. A range that keeps its numbers is one element of a map of ranges, which
 * translates the address alone.
 */
function portSets(address: FirewallFamily['addressType']): NftSet[] {
  const port = 'inet_proto . inet_service';
  return [
    // Where published ports lead: for one address of the host, and for all.
    { name: PUBLISH.address, key: `${address} . ${port}`, value: `${address} . inet_service` },
    { name: PUBLISH.addressRanges, key: `${address} . ${port}`, value: address, interval: true },
    { name: PUBLISH.any, key: port, value: `${address} . inet_service` },
    { name: PUBLISH.anyRanges, key: port, value: address, interval: true },
    // Ports of containers that others may open connections to.
    { name: 'openings', key: `${address} . ${port}` },
    { name: 'opening-ranges', key: `${address} . ${port}`, interval: true },
  ];
}

/** Bridges have route_localnet, so without this a neighbour could reach the host's loopback. */
function rawPrerouting({ name, loopback }: FirewallFamily): NftChain {
  return {
    name: 'raw-PREROUTING',
    hook: hook('filter', 'prerouting', -300),
    rules: [{ text: `iifname != "lo" ${name} daddr ${loopback} drop`, comment: 'REMOTE LOOPBACK' }],
  };
}

/**
 * Packets that carry a container's address before any translation were sent to it directly. Behind connection
 * tracking, other than Docker's, so that answers reach the containers of a network that doesn't masquerade. In the
 * order of how often a rule decides.
 */
function manglePrerouting({ name }: FirewallFamily): NftChain {
  return {
    name: 'mangle-PREROUTING',
    hook: hook('filter', 'prerouting', -150),
    rules: [
      { text: 'ct state established,related accept' },
      { text: `${name} daddr . iifname @direct accept` },
      { text: `${name} daddr @containers drop`, comment: 'DIRECT ACCESS' },
    ],
  };
}

/** Frames between ports of one bridge, which the tables above see only where br_netfilter shows them. */
function frameTable(): NftTable {
  return {
    family: 'bridge',
    name: TABLE,
    sets: [{ name: 'separated', key: 'ifname' }],
    chains: [
      {
        name: 'filter-FORWARD',
        hook: hook('filter', 'forward', 0),
        rules: [
          {
            text: 'iifname @separated oifname @separated meta protocol { ip, ip6 } drop',
            comment: 'ICC',
          },
        ],
      },
    ],
  };
}
