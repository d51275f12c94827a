import type { TestDaemon } from '../world/daemon.js';
import {
  type Described,
  describeAll,
  friendsOf,
  type Inspected,
  type Network,
} from './described.js';
import { execFolders, short, type Traces } from './traces.js';
import { type Attached, attachedTo, routerOf, wayOut } from './ways-out.js';

/** A running container with a network stack of its own, and its endpoints, those that lead out first. */
interface Own {
  readonly container: Inspected;
  readonly endpoints: readonly Attached[];
}
/** What the API says should be there. */
export async function expectedTraces(daemon: TestDaemon): Promise<Traces> {
  const all = await describeAll(daemon);
  const running = all.containers.filter(({ State }) => /running|paused/.test(State.Status));
  const ids = running.map(({ Id }) => Id);
  const own = running
    .filter(({ HostConfig: { NetworkMode: mode } }) => !/^(host$|container:)/.test(mode))
    .map((container) => ({ container, endpoints: attachedTo(container, all) }));
  return {
    ...expectedOnHost(all, own),
    ...expectedInside(all, own),
    mounts: [
      'data',
      'run',
      ...ids.map((id) => `data/overlay2/${id}/merged`),
      ...own.map(({ container }) => `run/netns/${short(container.Id)}`),
    ].sort(),
    namespaces: own.map(({ container }) => short(container.Id)).sort(),
    cgroups: [...ids].sort(),
    monitors: [...ids].sort(),
    makers: [],
    execRoot: execFolders
      .flatMap(([folder, name]) => ids.map((id) => `${folder}/${name(id)}`))
      .sort(),
    dataRoot: all.containers
      .flatMap(({ Id }) => [`overlay2/${Id}`, `image/overlay2/rootfs/${Id}.json`])
      .concat(all.containers.map(({ Id }) => `state/containers/${Id}.json`))
      .sort(),
  };
}

function expectedOnHost(all: Described, own: readonly Own[]) {
  const { networks } = all;
  const endpoints = own.flatMap((one) => one.endpoints);
  const onBridges = endpoints.filter(({ network }) => network.Driver === 'bridge');
  const bridges = networks.filter((one) => one.Driver === 'bridge' && !one.ConfigOnly);
  const published = own.map(({ container, endpoints: all }) => ({
    ports: portsOf(container),
    ways: all,
  }));
  const sockets = published.flatMap(({ ports }) => ports.map(socketOf));
  return {
    bridges: networks.flatMap(deviceOf).sort(),
    veths: onBridges.map(({ network }) => `veth on ${deviceOf(network)[0]}`).sort(),
    ruleOwners: [
      ...bridges.map(({ Id }) => `network/${Id}`),
      // Nobody outside has a way into internal networks, so there is nothing to be kept from their containers.
      ...onBridges
        .filter(({ network }) => !network.Internal)
        .map(({ EndpointID }) => `endpoint/${EndpointID}`),
      ...published.flatMap(({ ports, ways }) =>
        [...new Set(ports.flatMap((port) => wayOf(port, ways) ?? []))].map(
          ({ EndpointID }) => `ports/${EndpointID}`,
        ),
      ),
      ...own.flatMap(({ container }) => linksOf(container, all)),
    ].sort(),
    forwards: published
      .flatMap(({ ports, ways }) => ports.flatMap((port) => forwardsOf(port, wayOf(port, ways))))
      .sort(),
    doubles: [],
    sockets: sockets.sort(),
    proxies: sockets.some((socket) => socket.endsWith('by proxy')) ? 1 : 0,
  };
}

function expectedInside(all: Described, own: readonly Own[]) {
  const { containers, networks } = all;
  return {
    insides: own.flatMap(insideOf).sort(),
    hosts: own.flatMap((one) => hostsOf(one, all)).sort(),
    names: networks
      .flatMap(({ Containers }) => Object.keys(Containers))
      .map((id) => `${short(id)} ${containers.find(({ Id }) => Id === id)?.Name.slice(1)}`)
      .sort(),
  };
}

/** The host's device of a network. */
function deviceOf({ Id, Name, Driver, Options, ConfigOnly }: Network): string[] {
  if (ConfigOnly) return [];
  if (Driver === 'macvlan') return Options['parent'] ? [] : [`dm-${short(Id)}`];
  if (Driver !== 'bridge') return [];
  return [Name === 'bridge' ? 'docker0' : `br-${short(Id)}`];
}

/** Links are rules only where neighbours may not talk to each other anyway. */
function linksOf(client: Inspected, all: Described): string[] {
  const bridge = all.networks.find(({ Name }) => Name === 'bridge');
  const own = client.NetworkSettings.Networks['bridge'];
  const isSilent = bridge?.Options['com.docker.network.bridge.enable_icc'] === 'false';
  if (!own || !isSilent) return [];
  return friendsOf(client, all).map(({ EndpointID }) => `link/${own.EndpointID}/${EndpointID}/4`);
}

/** A published port of the host. */
interface HostPort {
  readonly protocol: string;
  readonly hostIp: string;
  readonly hostPort: string;
}

function portsOf({ NetworkSettings: { Ports } }: Inspected): HostPort[] {
  return Object.entries(Ports).flatMap(([port, bindings]) =>
    (bindings ?? []).map(({ HostIp, HostPort }) => ({
      protocol: port.split('/')[1] ?? '',
      hostIp: HostIp,
      hostPort: HostPort,
    })),
  );
}

/** The kernel can't translate IPv6 everywhere: the proxy serves it too. */
function socketOf({ protocol, hostIp, hostPort }: HostPort): string {
  return `${protocol} ${hostIp} ${hostPort}${hostIp.includes(':') ? ' by proxy' : ''}`;
}

/** The endpoint that the kernel leads a port to: the gateway of its family; undefined where the proxy alone serves it. */
function wayOf({ hostIp }: HostPort, ways: readonly Attached[]): Attached | undefined {
  return wayOut(ways, hostIp.includes(':') ? 6 : 4);
}

function forwardsOf({ protocol, hostIp, hostPort }: HostPort, to: Attached | undefined): string[] {
  if (!to) return [];
  const address = hostIp.includes(':') ? to.GlobalIPv6Address : to.IPAddress;
  const from = /^(0\.0\.0\.0|::)$/.test(hostIp) ? 'any' : hostIp;
  return [`${protocol} ${from} ${hostPort} to ${address}`];
}

function insideOf({ container, endpoints }: Own): string[] {
  const id = short(container.Id);
  const routers = ([4, 6] as const).map((family) => routerOf(wayOut(endpoints, family), family));
  const hasNames = endpoints.some(({ network }) => network.Name !== 'bridge');
  return [
    ...endpoints.map(
      (one) =>
        `${id} ${one.network.Driver === 'bridge' ? 'veth' : 'macvlan'} ${one.MacAddress} ${addressesOf(one).join(' ')}`,
    ),
    ...routers.filter(Boolean).map((router) => `${id} default via ${router}`),
    ...(hasNames ? [`${id} names answered by tcp and udp`] : []),
  ];
}

function addressesOf(one: Attached): string[] {
  return [
    `${one.IPAddress}/${one.IPPrefixLen}`,
    ...(one.GlobalIPv6Address ? [`${one.GlobalIPv6Address}/${one.GlobalIPv6PrefixLen}`] : []),
  ];
}

function hostsOf({ container, endpoints }: Own, all: Described): string[] {
  const { Hostname } = container.Config;
  const id = short(container.Id);
  const own = endpoints.flatMap((one) => addressesOf(one).map((text) => text.split('/')[0]));
  return [
    ...own.map((address) => `${id} ${address} ${Hostname}`),
    ...friendsOf(container, all).map(({ IPAddress }) => `${id} ${IPAddress} friend`),
  ];
}
