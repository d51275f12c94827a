import type { EndpointSettingsInput } from '../../api/types/network.js';
import { Conflict, InvalidParameter, NotFound } from '../../base/errors.js';
import { parseIp } from '../../base/ip.js';
import { parseMac } from '../../base/mac.js';
import type { Attachment, SandboxRequest } from '../../cnm/contract.js';
import type { EndpointRequest, NetworkRecord, SandboxFiles, SandboxKind } from '../../cnm/model.js';
import type { Container } from './container.js';
import type { ContainersContext } from './context.js';
import type { ContainerRecord } from './model.js';
import { portRequests } from './ports.js';

/** The network that a container is on when the user names none. */
const defaultNetwork = 'bridge';

/** `--network` as the API has it: a name, an id, `default`, `host`, `none` or `container:<ref>`. */
export function networkMode(mode: string): string {
  return mode === '' || mode === 'default' ? defaultNetwork : mode;
}

/** The container whose network is shared, if the mode says so. */
export function joinedContainer(mode: string): string | undefined {
  return mode.startsWith('container:') ? mode.slice('container:'.length) : undefined;
}

/** The networks of a new container: those of `EndpointsConfig`, the mode's own first. */
export function wantedNetworks(
  mode: string,
  endpoints: Readonly<Record<string, EndpointSettingsInput | null | undefined>>,
): Record<string, EndpointSettingsInput> {
  if (joinedContainer(mode) !== undefined) return {};
  const own = networkMode(mode);
  const names = [
    own,
    ...Object.keys(endpoints).filter((name) => name !== own && name !== 'default'),
  ];
  const settings = (name: string) =>
    endpoints[name] ?? (name === own ? endpoints['default'] : null);
  return Object.fromEntries(names.map((name) => [name, settings(name) ?? emptySettings]));
}

/** What is asked of a network when nothing is said. */
export const emptySettings: EndpointSettingsInput = {
  IPAMConfig: null,
  Links: [],
  MacAddress: '',
  Aliases: [],
  DriverOpts: {},
  GwPriority: 0,
};

/** Reads an endpoint's settings. @throws InvalidParameter for addresses that are none */
export function endpointRequest(settings: EndpointSettingsInput, mac: string): EndpointRequest {
  const { IPv4Address = '', IPv6Address = '' } = settings.IPAMConfig ?? {};
  for (const [text, family] of [
    [IPv4Address, 4],
    [IPv6Address, 6],
  ] as const) {
    if (text !== '' && parseIp(text)?.family !== family) {
      throw new InvalidParameter(`invalid IPv${family} address: ${text}`);
    }
  }
  const wantedMac = settings.MacAddress || mac;
  if (wantedMac !== '' && !parseMac(wantedMac)) {
    throw new InvalidParameter(`invalid MAC address: ${wantedMac}`);
  }
  return {
    aliases: [...settings.Aliases],
    ...(IPv4Address && { ipv4: IPv4Address }),
    ...(IPv6Address && { ipv6: IPv6Address }),
    ...(wantedMac && { mac: parseMac(wantedMac) ?? '' }),
    driverOptions: settings.DriverOpts,
    gatewayPriority: settings.GwPriority,
  };
}

/** Refuses combinations that Docker refuses at create. */
export function checkNetworking(
  context: ContainersContext,
  record: Omit<ContainerRecord, 'lastRun'>,
  wantedHostname: string,
): void {
  const { host, config } = record;
  if (joinedContainer(host.NetworkMode) !== undefined) {
    checkJoined(record, wantedHostname);
    return;
  }
  for (const [name, settings] of Object.entries(record.networks)) {
    // One that isn't there may still be made: Docker finds out at the start.
    const network = networkIfThere(context, name);
    if (network) checkEndpoint(network, settings, record);
  }
  portRequests(host, config.ExposedPorts);
}

function networkIfThere(context: ContainersContext, name: string): NetworkRecord | undefined {
  try {
    return context.networks.network(name);
  } catch (error) {
    if (error instanceof NotFound) return undefined;
    throw error;
  }
}

function checkJoined(
  { host, config }: Omit<ContainerRecord, 'lastRun'>,
  wantedHostname: string,
): void {
  const conflicts: [boolean, string][] = [
    [wantedHostname !== '', 'hostname and the network mode'],
    [host.Links.length > 0, 'container type network and links'],
    [host.Dns.length > 0, 'dns and the network mode'],
    [host.ExtraHosts.length > 0, 'custom host-to-IP mapping and the network mode'],
    [config.MacAddress !== '', 'mac-address and the network mode'],
    [
      Object.keys(host.PortBindings).length > 0 || host.PublishAllPorts,
      'port publishing and the container type network mode',
    ],
    [
      Object.keys(config.ExposedPorts).length > 0,
      'port exposing and the container type network mode',
    ],
  ];
  const found = conflicts.find(([conflict]) => conflict);
  if (found) throw new InvalidParameter(`conflicting options: ${found[1]}`);
}

function checkEndpoint(
  network: NetworkRecord,
  settings: EndpointSettingsInput,
  record: Omit<ContainerRecord, 'lastRun'>,
): void {
  const names = Object.keys(record.networks);
  if (network.driver === 'null' && names.length > 1) {
    throw new InvalidParameter(
      'container cannot be connected to multiple networks with one of the networks in private (none) mode',
    );
  }
  if (network.driver === 'host' && names.length > 1) {
    throw new InvalidParameter(
      'container sharing network namespace with another container or host cannot be connected to any other network',
    );
  }
  const request = endpointRequest(settings, '');
  checkAddresses(network, request);
  if (!network.predefined) return;
  if (request.aliases.length > 0) {
    throw new InvalidParameter(
      'network-scoped aliases are only supported for user-defined networks',
    );
  }
}

/** An address of one's own wants a subnet of one's own: others change with the network. @throws InvalidParameter */
export function checkAddresses(network: NetworkRecord, request: EndpointRequest): void {
  if (!request.ipv4 && !request.ipv6) return;
  if (network.predefined) {
    throw new InvalidParameter(
      'user-specified IP address is supported on user-defined networks only',
    );
  }
  if (!network.ipam.config.some(({ subnet }) => subnet !== undefined)) {
    throw new InvalidParameter(
      'user-specified IP address is supported only when connecting to networks with user configured subnets',
    );
  }
}

/** The network stack that a start opens. */
export function sandboxRequest(
  context: ContainersContext,
  container: Container,
  files: SandboxFiles,
): SandboxRequest {
  const { record } = container;
  const { config, host } = record;
  const kind = sandboxKind(context, record);
  const { settings } = context;
  return {
    id: record.id,
    kind,
    containerName: record.name,
    hostname: kind.type === 'host' ? settings.hostname() : config.Hostname,
    domainname: config.Domainname,
    resolver: {
      servers: host.Dns.length > 0 ? host.Dns : settings.dns,
      search: host.DnsSearch.length > 0 ? host.DnsSearch : settings.dnsSearch,
      options: host.DnsOptions.length > 0 ? host.DnsOptions : settings.dnsOptions,
      extraHosts: host.ExtraHosts,
    },
    files,
    ports: portRequests(host, config.ExposedPorts),
    attachments: kind.type === 'own' ? attachments(record) : [],
  };
}

function attachments(record: ContainerRecord): Attachment[] {
  const own = networkMode(record.host.NetworkMode);
  return Object.entries(record.networks).map(([network, settings]) => ({
    network,
    endpoint: endpointRequest(settings, network === own ? record.config.MacAddress : ''),
  }));
}

function sandboxKind(context: ContainersContext, record: ContainerRecord): SandboxKind {
  const joined = joinedContainer(record.host.NetworkMode);
  if (joined === undefined) {
    const first = Object.keys(record.networks)[0] ?? defaultNetwork;
    return context.networks.network(first).driver === 'host' ? { type: 'host' } : { type: 'own' };
  }
  const target = context.registry.find(joined);
  if (target.id === record.id) {
    throw new InvalidParameter(`cannot join own network namespace: container ${record.id}`);
  }
  if (!target.run) {
    throw new Conflict(`cannot join network of a non running container: ${target.id}`);
  }
  return { type: 'joined', sandboxId: target.id };
}
