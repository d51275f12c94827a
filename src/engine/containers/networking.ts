import type { EndpointSettingsInput } from '../../api/types/network.js';
import { Conflict, InvalidParameter, messageOf, NotFound, System } from '../../base/errors.js';
import { parseIp } from '../../base/ip.js';
import { parseMac } from '../../base/mac.js';
import type { Attachment, SandboxRequest } from '../../cnm/contract.js';
import type { EndpointRequest, SandboxFiles, SandboxKind } from '../../cnm/model.js';
import type { Container } from './container.js';
import type { ContainersContext } from './context.js';
import { parseLink, startedLinks } from './legacy-links.js';
import type { ContainerRecord } from './model.js';
import { defaultNetwork, joinedContainer, networkMode } from './network-mode.js';
import { filesOf } from './paths.js';
import { exposedPorts, portRequests } from './ports.js';
import { wantedUsers } from './user-namespace.js';

/**
 * The networks of a new container: those of `EndpointsConfig`, the mode's own first.
 * @param isSame whether two references mean one network, as its name and its id do
 */
export function wantedNetworks(
  mode: string,
  endpoints: Readonly<Record<string, EndpointSettingsInput | null | undefined>>,
  isSame: (a: string, b: string) => boolean = () => false,
): Record<string, EndpointSettingsInput> {
  if (joinedContainer(mode) !== undefined) return {};
  const own = networkMode(mode);
  const isOwn = (name: string) => name === own || name === 'default' || isSame(name, own);
  const others = Object.keys(endpoints).filter((name) => !isOwn(name));
  const second = others.find((name, at) => others.slice(0, at).some((one) => isSame(one, name)));
  if (second !== undefined)
    throw new InvalidParameter(`network "${second}" is specified multiple times`);
  const names = [own, ...others];
  const ownName = [own, ...Object.keys(endpoints)].find((name) => isOwn(name) && endpoints[name]);
  const settings = (name: string) => endpoints[name === own ? (ownName ?? own) : name];
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
  const linkLocal = settings.IPAMConfig?.LinkLocalIPs ?? [];
  refuseAddresses({ IPv4Address, IPv6Address }, linkLocal);
  const wantedMac = settings.MacAddress || mac;
  if (wantedMac !== '' && !parseMac(wantedMac)) {
    throw new InvalidParameter(`invalid MAC address ${wantedMac}`);
  }
  return {
    aliases: [...settings.Aliases],
    ...(IPv4Address && { ipv4: IPv4Address }),
    ...(IPv6Address && { ipv6: IPv6Address }),
    ...(wantedMac && { mac: parseMac(wantedMac) ?? '' }),
    ...(linkLocal.length > 0 && { linkLocal }),
    ...(settings.Links.length > 0 && { links: settings.Links.map(parseLink) }),
    driverOptions: settings.DriverOpts,
    gatewayPriority: settings.GwPriority,
  };
}

function refuseAddresses(
  { IPv4Address, IPv6Address }: { IPv4Address: string; IPv6Address: string },
  linkLocal: readonly string[],
): void {
  for (const [text, family] of [
    [IPv4Address, 4],
    [IPv6Address, 6],
  ] as const) {
    if (text !== '' && parseIp(text)?.family !== family)
      throw new InvalidParameter(`invalid IPv${family} address: ${text}`);
  }
  const wrong = linkLocal.find((text) => !parseIp(text) || /^(0\.0\.0\.0|::)$/.test(text));
  if (wrong !== undefined) throw new InvalidParameter(`invalid link-local IP address: ${wrong}`);
}

/** The network stack that a start opens. */
export function sandboxRequest(context: ContainersContext, container: Container): SandboxRequest {
  const { record } = container;
  const { config, host } = record;
  const kind = sandboxKind(context, record);
  const { settings } = context;
  return {
    id: record.id,
    kind,
    ...wantedUsers(context, host, kind),
    containerName: record.name,
    ...names(context, record),
    resolver: {
      servers: host.Dns.length > 0 ? host.Dns : settings.dns,
      search: host.DnsSearch.length > 0 ? host.DnsSearch : settings.dnsSearch,
      options: host.DnsOptions.length > 0 ? host.DnsOptions : settings.dnsOptions,
      extraHosts: host.ExtraHosts,
    },
    files: filesFor(context, kind, record.id),
    ports: portRequests(host, config.ExposedPorts),
    exposed: exposedPorts(config.ExposedPorts),
    ...(record.links && { links: startedLinks(context, record) }),
    ...(host.Sysctls[disableIPv6] === '1' && { withoutIPv6: true }),
    attachments: kind.type === 'own' ? attachments(record) : [],
  };
}

/** The files mounted over `/etc`: one's own, or those of the container whose network is shared. */
function filesFor(
  { networks, settings }: ContainersContext,
  kind: SandboxKind,
  id: string,
): SandboxFiles {
  const owner = kind.type === 'joined' ? networks.sandbox(kind.sandboxId) : undefined;
  return owner?.files ?? filesOf(settings.containersDir, id);
}

/** The setting by which a container has no IPv6 at all. */
const disableIPv6 = 'net.ipv6.conf.all.disable_ipv6';

/** What the container's host is called: in another's network, as there. */
function names(
  { registry, settings }: ContainersContext,
  { config, host }: ContainerRecord,
): Pick<SandboxRequest, 'hostname' | 'domainname'> {
  const joined = joinedContainer(host.NetworkMode);
  const owner = joined === undefined ? config : registry.find(joined).record.config;
  const { Hostname, Domainname: domainname } = owner;
  return { hostname: host.NetworkMode === 'host' ? settings.hostname() : Hostname, domainname };
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
  const target = joinedTarget(context, joined);
  if (target.id === record.id) {
    throw new InvalidParameter(`cannot join own network namespace: container ${record.id}`);
  }
  if (!target.run) {
    throw new Conflict(`cannot join network of a non running container: ${target.id}`);
  }
  return { type: 'joined', sandboxId: target.id };
}

/** @throws System in Docker's words: a missing container is no wrong request, it was there or is to come */
function joinedTarget({ registry }: ContainersContext, reference: string): Container {
  try {
    return registry.find(reference);
  } catch (error) {
    if (!(error instanceof NotFound)) throw error;
    throw new System(`joining network namespace of container: ${messageOf(error)}`);
  }
}
