import type { Driver, EndpointDraft } from '../driver.js';
import type { Netns } from '../kernel.js';
import type { NetworkRecord, PortBinding } from '../model.js';
import { type Plan, step } from '../plan.js';

/** A driver for tests: a bridge and veths with every kind of step, and hardly a rule. */
export function fakeDriver(name = 'bridge', over: Partial<Driver> = {}): Driver {
  let veths = 0;
  return {
    name,
    creatable: true,
    sandbox: 'own',
    usesIpam: true,
    publishesPorts: true,
    resolvesNames: (network) => network.name !== 'bridge',
    hasGateway: (network) => !network.internal,
    validateNetwork() {},
    planNetwork,
    validateEndpoint() {},
    nameInterface: (_network, _request, taken) => ({
      name: ['eth0', 'eth1', 'eth2'].find((free) => !taken.includes(free)) ?? 'eth3',
      hostName: `veth${name === 'bridge' ? '' : name}${++veths}`,
    }),
    planEndpoint,
    planGateway,
    planPorts,
    planLink: (_network, { client, server }, ports) =>
      ports.length > 0
        ? [step('firewall.add', { policy: policy(`link/${client.id}/${server.id}`) })]
        : [],
    ...over,
  };
}

/** The drivers of `host` and `none`. */
export function placeDriver(name: string, sandbox: 'host' | 'isolated'): Driver {
  return fakeDriver(name, {
    creatable: false,
    sandbox,
    usesIpam: false,
    publishesPorts: false,
    resolvesNames: () => false,
    hasGateway: () => false,
    planNetwork: () => [],
    planEndpoint: () => [],
  });
}

/** The bridge of a network. */
export function bridgeOf(network: NetworkRecord): string {
  return network.options['name'] ?? `br-${network.name}`;
}

function planNetwork(network: NetworkRecord): Plan {
  const name = bridgeOf(network);
  const owner = `network/${network.id}`;
  return [
    step('link.add', { netns: 'host', link: { kind: 'bridge', name, mac: '02:00:00:00:00:01' } }),
    step('sysctl.set', { netns: 'host', key: ['net', 'ipv4', 'conf', name, 'x'], value: '1' }),
    ...network.subnets.map(({ subnet, gateway }) =>
      step('addr.add', {
        netns: 'host',
        link: name,
        address: `${gateway}/${subnet.split('/')[1]}`,
      }),
    ),
    step('link.up', { netns: 'host', name }),
    step('firewall.add', { policy: policy(owner) }),
  ];
}

function planEndpoint(network: NetworkRecord, endpoint: EndpointDraft, netns: Netns): Plan {
  const { name, hostName = '', mac, ipv4, ipv6 } = endpoint.interface;
  const owner = `endpoint/${endpoint.id}`;
  return [
    step('link.add', {
      netns: 'host',
      link: {
        kind: 'veth',
        name: hostName,
        bridge: bridgeOf(network),
        hairpin: true,
        peer: { name, mac, netns },
      },
    }),
    step('link.up', { netns: 'host', name: hostName }),
    ...[ipv4, ipv6].flatMap((address) =>
      address === undefined ? [] : [step('addr.add', { netns, link: name, address })],
    ),
    step('link.up', { netns, name }),
    step('firewall.add', { policy: policy(owner) }),
  ];
}

function planGateway(_network: NetworkRecord, endpoint: EndpointDraft, netns: Netns): Plan {
  const { name: link, gateway4, gateway6 } = endpoint.interface;
  const route = (family: 4 | 6, gateway: string | undefined) =>
    gateway === undefined
      ? []
      : [step('route.add', { netns, route: { destination: 'default', family, gateway, link } })];
  return [...route(4, gateway4), ...route(6, gateway6)];
}

function planPorts(
  _network: NetworkRecord,
  endpoint: EndpointDraft,
  bindings: readonly PortBinding[],
): Plan {
  if (bindings.length === 0) return [];
  const owner = `ports/${endpoint.id}`;
  return [
    step('port.reserve', { owner, bindings }),
    step('conntrack.flush', { addresses: [], hostPorts: bindings }),
    step('firewall.add', { policy: policy(owner) }),
  ];
}

function policy(owner: string) {
  const network = {
    id: 'n',
    bridge: 'b',
    internal: false,
    icc: true,
    trustedInterfaces: [],
    families: [],
  };
  return { kind: 'network', owner, network } as const;
}
