import type { ContainerCreate, HostConfig } from '../../api/types/container.js';
import type { EndpointSettingsInput } from '../../api/types/network.js';
import { contains, parseCidr } from '../../base/cidr.js';
import { InvalidParameter, messageOf, NotFound } from '../../base/errors.js';
import { parseIp } from '../../base/ip.js';
import type { NetworkRecord } from '../../cnm/model.js';
import type { ContainersContext } from './context.js';
import type { ContainerRecord } from './model.js';
import { joinedContainer } from './network-mode.js';
import { endpointRequest } from './networking.js';
import { portRequests } from './ports.js';

/** What the user asks for, before the image adds anything. */
type Wanted = Pick<ContainerCreate, 'Hostname' | 'MacAddress' | 'ExposedPorts'> & {
  readonly host: HostConfig;
};

/** Refuses combinations that can't be, whatever image and networks there are. @throws InvalidParameter in Docker's words */
export function checkModes({ Hostname, MacAddress, ExposedPorts, host }: Wanted): void {
  const mode = host.NetworkMode;
  const joined = joinedContainer(mode);
  if (joined === '') throw new InvalidParameter('invalid container format container:<name|id>');
  const isJoined = joined !== undefined;
  const linksAre = "networking can't be used with links. This would result in undefined behavior";
  const publishes = Object.keys(host.PortBindings).length > 0 || host.PublishAllPorts;
  const conflicts: [boolean, string][] = [
    [isJoined && Hostname !== '', 'hostname and the network mode'],
    [isJoined && host.Links.length > 0, `container type network ${linksAre.slice(11)}`],
    [isJoined && host.Dns.length > 0, 'dns and the network mode'],
    [isJoined && host.ExtraHosts.length > 0, 'custom host-to-IP mapping and the network mode'],
    [isJoined && MacAddress !== '', 'mac-address and the network mode'],
    [isJoined && publishes, 'port publishing and the container type network mode'],
    [
      isJoined && Object.keys(ExposedPorts).length > 0,
      'port exposing and the container type network mode',
    ],
    [host.UTSMode === 'host' && Hostname !== '', 'hostname and the UTS mode'],
    [mode === 'host' && host.Links.length > 0, `host type ${linksAre}`],
  ];
  const found = conflicts.find(([conflict]) => conflict);
  if (found) throw new InvalidParameter(`conflicting options: ${found[1]}`);
}

/** Refuses what a new container can't have on the networks that it is to be on. @throws InvalidParameter */
export function checkNetworking(
  context: ContainersContext,
  { host, config, networks }: Omit<ContainerRecord, 'lastRun'>,
): void {
  if (joinedContainer(host.NetworkMode) !== undefined) return;
  const entries = Object.entries(networks).map(([name, settings]) => ({
    name,
    settings,
    // One that isn't there may still be made: Docker finds out at the start.
    network: networkIfThere(context, name),
  }));
  if (entries.length > 1) for (const { network } of entries) checkCompany(network);
  const problems = entries.flatMap(({ name, settings, network }) => {
    const text = problemsOf(network, settings);
    return text.length > 0
      ? [`invalid config for network ${name}: invalid endpoint settings:\n${text.join('\n')}`]
      : [];
  });
  if (problems.length > 0) throw new InvalidParameter(problems.join('\n'));
  portRequests(host, config.ExposedPorts);
}

/** Refuses what an endpoint can't have on a network. @throws InvalidParameter with all that is wrong */
export function checkEndpoint(network: NetworkRecord, settings: EndpointSettingsInput): void {
  const problems = problemsOf(network, settings);
  if (problems.length > 0)
    throw new InvalidParameter(`invalid endpoint settings:\n${problems.join('\n')}`);
}

function problemsOf(network: NetworkRecord | undefined, settings: EndpointSettingsInput): string[] {
  const problems: string[] = [];
  if (network?.predefined && wantedAddresses(settings).length > 0)
    problems.push('user-specified IP address is supported on user-defined networks only');
  if (network?.predefined && settings.Aliases.length > 0)
    problems.push('network-scoped aliases are only supported for user-defined networks');
  try {
    endpointRequest(settings, '');
  } catch (error) {
    return [...problems, messageOf(error)];
  }
  if (network && !network.predefined) problems.push(...outsideSubnets(network, settings));
  return problems;
}

/** As Docker since 29.1, addresses of subnets that came from the pools are taken as well, though these change with the network. */
function outsideSubnets(network: NetworkRecord, settings: EndpointSettingsInput): string[] {
  const assigned = network.subnets.map(({ subnet }) => subnet);
  const wished = network.ipam.config.map(({ subnet }) => subnet ?? '');
  const subnets = [...assigned, ...wished].flatMap((text) => parseCidr(text) ?? []);
  return wantedAddresses(settings).flatMap((text) => {
    const address = parseIp(text);
    if (!address || subnets.some((subnet) => contains(subnet, address))) return [];
    return [`no configured subnet contains IP address ${text}`];
  });
}

function wantedAddresses({ IPAMConfig }: EndpointSettingsInput): string[] {
  return [IPAMConfig?.IPv4Address, IPAMConfig?.IPv6Address].filter(
    (text): text is string => text !== undefined && text !== '',
  );
}

function networkIfThere(context: ContainersContext, name: string): NetworkRecord | undefined {
  try {
    return context.networks.network(name);
  } catch (error) {
    if (error instanceof NotFound) return undefined;
    throw error;
  }
}

/** What the host's network and none can't be together with. */
function checkCompany(network: NetworkRecord | undefined): void {
  if (network?.driver === 'null')
    throw new InvalidParameter(
      'container cannot be connected to multiple networks with one of the networks in private (none) mode',
    );
  if (network?.driver === 'host')
    throw new InvalidParameter(
      'container sharing network namespace with another container or host cannot be connected to any other network',
    );
}
