import type { NftChain, NftHook, NftSet, NftTable } from '../../../native/nft/model.js';
import { type FirewallFamily, firewallFamily, TABLE, TRACKED } from './family.js';

/*
 * The part of the firewall that is the same on every host. A packet meets a constant number of rules:
 * whatever belongs to one network, container or port is an element of a set or map, or in the few chains
 * that a network has of its own.
 *
 * "in" is towards a bridge, "out" away from it. Docker's nftables backend has the same hooks and priorities.
 */

/**
 * The tables that all fragments go into. To be installed once when the daemon starts.
 * A foreign table can still drop what these let through; what these drop, no other can save.
 */
export function baseTables(): NftTable[] {
  return [addressTable(firewallFamily[4]), addressTable(firewallFamily[6]), frameTable()];
}

function addressTable(family: FirewallFamily): NftTable {
  return {
    family: family.name,
    name: TABLE,
    sets: sets(family.addressType),
    chains: [
      rawPrerouting(family),
      manglePrerouting(family),
      ...publishing(family.name),
      filterForward(),
      natPostrouting(family),
    ],
  };
}

function sets(address: FirewallFamily['addressType']): NftSet[] {
  return [
    // Chains of a network, by its bridge.
    { name: 'forward-in', key: 'ifname', value: 'verdict' },
    { name: 'forward-out', key: 'ifname', value: 'verdict' },
    // Bridges of the networks that have a way out.
    { name: 'outgoing', key: 'ifname' },
    // What becomes of packets that are neither from nor to a network, by protocol: nothing, or drop.
    { name: 'forward-rest', key: 'ether_type', value: 'verdict' },
    { name: 'postrouting-in', key: 'ifname', value: 'verdict' },
    { name: 'postrouting-out', key: 'ifname', value: 'verdict' },
    // Containers that nobody may address but by published ports, and the interfaces that may all the same.
    { name: 'containers', key: address },
    { name: 'direct', key: `${address} . ifname` },
    // Where published ports lead: for one address of the host, and for all.
    {
      name: 'publish-address',
      key: `${address} . inet_proto . inet_service`,
      value: `${address} . inet_service`,
    },
    {
      name: 'publish-any',
      key: 'inet_proto . inet_service',
      value: `${address} . inet_service`,
    },
    // Ports of containers that others may open connections to.
    { name: 'openings', key: `${address} . inet_proto . inet_service` },
    // Who may open connections to which ports of a neighbour though ICC is off.
    { name: 'links', key: `${address} . ${address} . inet_proto . inet_service` },
    // Containers that have had a tracked connection through the host.
    { name: TRACKED, key: address, dynamic: true },
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
 * tracking, other than Docker's, so that answers reach the containers of a network that doesn't masquerade.
 */
function manglePrerouting({ name }: FirewallFamily): NftChain {
  const begins = 'ct state != { established, related }';
  return {
    name: 'mangle-PREROUTING',
    hook: hook('filter', 'prerouting', -150),
    rules: [
      {
        text: `${name} daddr @containers ${begins} ${name} daddr . iifname != @direct drop`,
        comment: 'DIRECT ACCESS',
      },
    ],
  };
}

/** Published ports, for packets from outside and from the host's own processes. Only addresses of the host count. */
function publishing(family: FirewallFamily['name']): NftChain[] {
  const toPublish = { text: 'fib daddr type local jump publish' };
  const key = 'meta l4proto . th dport';
  return [
    {
      name: 'publish',
      rules: [
        { text: `dnat to ${family} daddr . ${key} map @publish-address` },
        { text: `dnat to ${key} map @publish-any` },
      ],
    },
    { name: 'nat-PREROUTING', hook: hook('nat', 'prerouting', -100), rules: [toPublish] },
    { name: 'nat-OUTPUT', hook: hook('nat', 'output', -100), rules: [toPublish] },
  ];
}

/** Walls of internal networks first: an opening of another network must not lead through them. */
function filterForward(): NftChain {
  return {
    name: 'filter-FORWARD',
    hook: hook('filter', 'forward', 0),
    rules: [
      { text: 'iifname vmap @forward-out' },
      { text: 'oifname vmap @forward-in' },
      { text: 'iifname @outgoing accept', comment: 'OUTGOING' },
      { text: 'meta protocol vmap @forward-rest' },
    ],
  };
}

/** A chain of type nat sees the first packet of each connection, so noting it here costs the others nothing. */
function natPostrouting({ name }: FirewallFamily): NftChain {
  const note = (end: 'saddr' | 'daddr') => ({
    text: `${name} ${end} @containers add @${TRACKED} { ${name} ${end} }`,
  });
  return {
    name: 'nat-POSTROUTING',
    hook: hook('nat', 'postrouting', 100),
    rules: [
      note('saddr'),
      note('daddr'),
      { text: 'iifname vmap @postrouting-out' },
      { text: 'oifname vmap @postrouting-in' },
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

function hook(type: NftHook['type'], at: NftHook['at'], priority: number): NftHook {
  return { type, at, priority, policy: 'accept' };
}
