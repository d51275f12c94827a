import { type Family, formatIp, ip } from '../../base/ip.js';
import type { EndpointDraft } from '../../cnm/driver.js';
import { disablesIPv6, type EndpointConfig } from '../../cnm/endpoint-options.js';
import {
  endpointOwner,
  linkOwner,
  networkOwner,
  portsOwner,
  translates,
} from '../../cnm/firewall/model.js';
import { defaultRoute, interfaceSysctls, ipv6Setting } from '../../cnm/interface-steps.js';
import type { Netns } from '../../cnm/kernel.js';
import type { ExposedPort, Interface, PortBinding } from '../../cnm/model.js';
import { type Plan, type Step, step } from '../../cnm/plan.js';
import { separatedExposed } from '../../cnm/ports/ranges.js';
import { type BridgeNetwork, familyIn, firewalled } from './network.js';
import type { BridgeHost } from './observe.js';
import { hostBindings, type PublishedEndpoint, portsPolicy, proxyForwards } from './ports.js';

/** The bridge, its addresses and its firewall. */
export function networkPlan(network: BridgeNetwork, mac: string): Plan {
  const { bridge, config, families } = network;
  return [
    step('link.add', {
      netns: 'host',
      link: { kind: 'bridge', name: bridge, mac, ...mtuOf(network) },
    }),
    ...ipv6Settings('host', bridge, familyIn(network, 6)?.bridgeAddress !== undefined),
    ...families.flatMap(({ bridgeAddress }) =>
      bridgeAddress === undefined
        ? []
        : [step('addr.add', { netns: 'host', link: bridge, address: bridgeAddress })],
    ),
    ...(publishesOnLoopback(network) && !config.inhibitIPv4 ? [routeLocalnet(bridge)] : []),
    step('firewall.add', {
      policy: { kind: 'network', owner: networkOwner(network.id), network: firewalled(network) },
    }),
    step('link.up', { netns: 'host', name: bridge }),
  ];
}

/** A veth pair between bridge and container, without default route and published ports. */
export function endpointPlan(
  network: BridgeNetwork,
  endpoint: BridgeEndpoint,
  netns: Netns,
  host: BridgeHost,
): Plan {
  const { link, config } = endpoint;
  const published = publishedOf(endpoint);
  const addresses = addressesOf(endpoint);
  return [
    // Else the next owner of the address would inherit the flows of this one.
    step('conntrack.flush', {
      only: 'undo',
      addresses: published.addresses.map(({ address }) => address),
      hostPorts: [],
    }),
    step('firewall.add', {
      policy: {
        kind: 'endpoint',
        owner: endpointOwner(endpoint.id),
        network: firewalled(network),
        hostName: endpoint.hostName,
        addresses: published.addresses,
        separated: needsSeparation(network, host),
      },
    }),
    vethStep(network, endpoint, netns, host),
    // The host's end only passes frames; it takes no part in IPv6.
    ipv6Setting('host', endpoint.hostName, 'disable_ipv6', '1'),
    step('link.up', { netns: 'host', name: endpoint.hostName }),
    ...ipv6Settings(
      netns,
      link.name,
      addresses.some((address) => address.includes(':')),
    ),
    ...[...addresses, ...(link.linkLocal ?? [])].map((address) =>
      step('addr.add', { netns, link: link.name, address }),
    ),
    step('link.up', { netns, name: link.name }),
    ...interfaceSysctls(netns, link.name, config),
  ];
}

/** Default routes through the endpoint. */
export function gatewayPlan(network: BridgeNetwork, endpoint: BridgeEndpoint, netns: Netns): Plan {
  if (network.internal) return [];
  const { gateway4, gateway6 } = endpoint.link;
  return addressesOf(endpoint).flatMap((address) => {
    const gateway = address.includes(':') ? gateway6 : gateway4;
    return gateway === undefined ? [] : defaultRoute(netns, endpoint.link.name, address, gateway);
  });
}

/** Published ports, of which the proxy serves those in `untranslated` families too. Nothing to do gives an empty plan. */
export function portsPlan(
  network: BridgeNetwork,
  endpoint: BridgeEndpoint,
  bindings: readonly PortBinding[],
  untranslated: readonly Family[] = [],
): Plan {
  const published = publishedOf(endpoint);
  const owner = portsOwner(endpoint.id);
  const policy = portsPolicy(network, published, bindings);
  const reserved = hostBindings(network, published, bindings);
  const rules = policy ? [step('firewall.add', { policy })] : [];
  if (reserved.length === 0) return rules;
  const reserve = step('port.reserve', { owner, bindings: reserved });
  const forwards = proxyForwards(network, published, bindings, untranslated);
  // Last: what reaches a socket before the rules stand would be the proxy's for good.
  const proxy = forwards.length > 0 ? [step('proxy.add', { owner, forwards })] : [];
  const hostPorts = udpPortsOf(reserved);
  if (hostPorts.length === 0) return [reserve, ...rules, ...proxy];
  // Before and after the rules, since an undo goes backwards.
  const flush = step('conntrack.flush', { addresses: [], hostPorts });
  return [reserve, flush, ...rules, flush, ...proxy];
}

/** Lets one endpoint open connections to another, where the network keeps its containers apart. */
export function linkPlan(
  network: BridgeNetwork,
  { client, server }: { readonly client: BridgeEndpoint; readonly server: BridgeEndpoint },
  ports: readonly ExposedPort[],
): Plan {
  const [from, to] = [client, server].map((end) => publishedOf(end).addresses);
  const open = separatedExposed(ports).map(({ protocol, containerPort }) => ({
    protocol,
    port: containerPort,
  }));
  if (network.icc || open.length === 0) return [];
  return network.families.flatMap(({ family }) => {
    const [source, target] = [from, to].map((all) => all?.find((one) => one.family === family));
    if (!source || !target) return [];
    const owner = `${linkOwner(client.id, server.id)}/${family}`;
    const ends = { client: source, server: target, ports: open };
    return [
      step('firewall.add', {
        policy: { kind: 'link', owner, network: firewalled(network), ...ends },
      }),
    ];
  });
}

/** An endpoint with its options read. */
export interface BridgeEndpoint {
  readonly id: string;
  readonly link: Interface;
  /** The host's end of the pair. */
  readonly hostName: string;
  readonly config: EndpointConfig;
}

/** Reads a draft. */
export function bridgeEndpoint(draft: EndpointDraft, config: EndpointConfig): BridgeEndpoint {
  const { id, interface: link } = draft;
  if (link.hostName === undefined) throw new Error(`endpoint ${id} has no name for its host end`);
  return { id, link, hostName: link.hostName, config };
}

function vethStep(
  network: BridgeNetwork,
  { link, hostName }: BridgeEndpoint,
  netns: Netns,
  host: BridgeHost,
): Step {
  return step('link.add', {
    netns: 'host',
    link: {
      kind: 'veth',
      name: hostName,
      bridge: network.bridge,
      ...mtuOf(network),
      // A container reaches its own published port by a frame that goes back where it came from, if the
      // firewall translates frames. The price is that broadcasts come back too, so not without need.
      ...(host.filteredFrames.length > 0 && { hairpin: true }),
      peer: { name: link.name, mac: link.mac, ...mtuOf(network), netns },
    },
  });
}

/** Lets 127.0.0.1 of the host talk to the bridge, for ports published on it; `raw-PREROUTING` guards it. */
function routeLocalnet(bridge: string): Step {
  const key = ['net', 'ipv4', 'conf', bridge, 'route_localnet'];
  return step('sysctl.set', { netns: 'host', key, value: '1' });
}

function publishesOnLoopback(network: BridgeNetwork): boolean {
  const ipv4 = familyIn(network, 4);
  return ipv4 !== undefined && translates(network, ipv4);
}

/**
 * IPv6 on an interface of the network. Without an address of ours there must be none at all (CVE-2024-32473).
 * Advertisements are not taken: a container could make itself its neighbours' or the host's router
 * (CVE-2020-13401). The link-local address, which comes of a unique MAC, is not tested for duplicates: for
 * seconds the host could not ask for a container's MAC, so that nothing was forwarded to it.
 */
function ipv6Settings(netns: Netns, name: string, wanted: boolean): Step[] {
  return [
    ipv6Setting(netns, name, 'disable_ipv6', wanted ? '0' : '1'),
    ipv6Setting(netns, name, 'accept_ra', '0'),
    ...(wanted ? [ipv6Setting(netns, name, 'accept_dad', '0')] : []),
  ];
}

/** With prefix length. IPv6 only if the endpoint's own settings don't switch it off. */
function addressesOf({ link, config }: BridgeEndpoint): string[] {
  const ipv6 = disablesIPv6(config) ? undefined : link.ipv6;
  return [link.ipv4, ipv6].filter((address) => address !== undefined);
}

function publishedOf(endpoint: BridgeEndpoint): PublishedEndpoint {
  const addresses = addressesOf(endpoint).map((text) => {
    const own = ip(text.split('/')[0] ?? '');
    return { family: own.family, address: formatIp(own) };
  });
  return { id: endpoint.id, addresses };
}

/**
 * Where the network's own rules see all frames they also hold the neighbours apart; anywhere else frames must be
 * stopped in the bridge.
 */
function needsSeparation({ icc, families }: BridgeNetwork, host: BridgeHost): boolean {
  return !icc && !families.every(({ family }) => host.filteredFrames.includes(family));
}

/** A UDP flow that goes on while the rules change would keep the way that it had; TCP begins anew. */
function udpPortsOf(
  bindings: readonly PortBinding[],
): Pick<PortBinding, 'protocol' | 'hostPort' | 'count'>[] {
  const ports = new Map(
    bindings
      .filter(({ protocol }) => protocol === 'udp')
      .map(({ protocol, hostPort, count }) => [
        `${hostPort} ${count}`,
        { protocol, hostPort, ...(count !== undefined && { count }) },
      ]),
  );
  return [...ports.values()];
}

function mtuOf({ config: { mtu } }: BridgeNetwork): { mtu?: number } {
  return mtu === undefined ? {} : { mtu };
}
