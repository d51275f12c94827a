import type { NftFragment, NftTable } from './model.js';

/** A small bridge firewall for tests: jumps per interface, published ports and port ranges by map. */
export const exampleTable: NftTable = {
  family: 'ip',
  name: 'tsnet-test',
  sets: [
    { name: 'forward-in', key: 'ifname', value: 'verdict' },
    {
      name: 'published',
      key: 'inet_proto . inet_service',
      value: 'ipv4_addr . inet_service',
    },
    {
      name: 'published-ranges',
      key: 'inet_proto . inet_service',
      value: 'ipv4_addr',
      interval: true,
    },
    { name: 'trusted', key: 'ifname' },
  ],
  chains: [
    {
      name: 'into-network',
      rules: [
        { text: 'ct state { established, related } accept' },
        { text: 'drop', comment: 'UNPUBLISHED PORT DROP' },
      ],
    },
    {
      name: 'filter-forward',
      hook: { type: 'filter', at: 'forward', priority: 0, policy: 'accept' },
      rules: [{ text: 'oifname vmap @forward-in' }],
    },
    {
      name: 'nat-prerouting',
      hook: { type: 'nat', at: 'prerouting', priority: -100, policy: 'accept' },
      rules: [
        {
          text: 'fib daddr type local dnat to meta l4proto . th dport map @published',
          comment: 'PORTS',
        },
        {
          text: 'fib daddr type local dnat to meta l4proto . th dport map @published-ranges',
          comment: 'RANGES',
        },
      ],
    },
  ],
};

/** A network: the element that leads packets to a chain of the base. */
export function exampleNetwork(bridge: string): NftFragment {
  return {
    owner: `network/${bridge}`,
    family: 'ip',
    table: 'tsnet-test',
    elements: [{ set: 'forward-in', key: `"${bridge}"`, value: 'jump into-network' }],
  };
}

/** An endpoint that publishes `count` TCP ports from `first` on, each as an element of its own. */
export function exampleEndpoint(id: string, first: number, count: number): NftFragment {
  return {
    owner: `endpoint/${id}`,
    family: 'ip',
    table: 'tsnet-test',
    elements: Array.from({ length: count }, (_, i) => ({
      set: 'published',
      key: `tcp . ${first + i}`,
      value: `172.17.0.2 . ${first + i}`,
    })),
  };
}
