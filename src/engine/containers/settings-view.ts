import type { NetworkSettings, PortSummary } from '../../api/types/container.js';
import type { EndpointSettings, EndpointSettingsInput } from '../../api/types/network.js';
import { parseInterfaceAddress } from '../../base/cidr.js';
import { shortId } from '../../base/ids.js';
import { formatIp } from '../../base/ip.js';
import type { EndpointRecord, NetworkRecord, SandboxRecord } from '../../cnm/model.js';
import { separated } from '../../cnm/ports/ranges.js';
import type { Container } from './container.js';
import { never } from './model.js';

/** What the views need of the network model. */
export interface NetworkView {
  sandbox(id: string): SandboxRecord | undefined;
  /** Undefined when the network is gone. */
  networkOf(reference: string): NetworkRecord | undefined;
}

/** Docker API: `NetworkSettings`. */
export function networkSettings(view: NetworkView, container: Container): NetworkSettings {
  const sandbox = container.run && view.sandbox(container.id);
  const networks = endpointSettings(view, container);
  const bridge = networks['bridge'];
  return {
    Bridge: '',
    SandboxID: sandbox ? container.id : '',
    SandboxKey: sandbox?.netnsPath ?? '',
    Ports: publishedPorts(container, sandbox),
    EndpointID: bridge?.EndpointID ?? '',
    Gateway: bridge?.Gateway ?? '',
    GlobalIPv6Address: bridge?.GlobalIPv6Address ?? '',
    GlobalIPv6PrefixLen: bridge?.GlobalIPv6PrefixLen ?? 0,
    IPAddress: bridge?.IPAddress ?? '',
    IPPrefixLen: bridge?.IPPrefixLen ?? 0,
    IPv6Gateway: bridge?.IPv6Gateway ?? '',
    MacAddress: bridge?.MacAddress ?? '',
    HairpinMode: false,
    LinkLocalIPv6Address: '',
    LinkLocalIPv6PrefixLen: 0,
    SecondaryIPAddresses: null,
    SecondaryIPv6Addresses: null,
    Networks: networks,
  };
}

/** Docker API: `NetworkSettings.Networks`, by network name. */
export function endpointSettings(
  view: NetworkView,
  container: Container,
): Record<string, EndpointSettings> {
  const sandbox = container.run && view.sandbox(container.id);
  const settings: Record<string, EndpointSettings> = {};
  for (const [reference, input] of Object.entries(container.record.networks)) {
    const network = view.networkOf(reference);
    const endpoint = sandbox?.endpoints.find((e) => e.networkId === network?.id);
    settings[network?.name ?? reference] = endpointView(container, input, network, endpoint);
  }
  return settings;
}

function endpointView(
  { id, record }: Container,
  input: EndpointSettingsInput,
  network: NetworkRecord | undefined,
  endpoint: EndpointRecord | undefined,
): EndpointSettings {
  const { interface: own } = endpoint ?? {};
  const v4 = split(own?.ipv4);
  const v6 = split(own?.ipv6);
  const userDefined = network !== undefined && !network.predefined;
  const hasRun = endpoint !== undefined || record.lastRun.startedAt !== never;
  return {
    IPAMConfig: input.IPAMConfig ? { ...compact(input.IPAMConfig) } : null,
    Links: input.Links.length > 0 ? input.Links : null,
    Aliases: input.Aliases.length > 0 ? input.Aliases : null,
    MacAddress: own?.mac ?? '',
    DriverOpts: Object.keys(input.DriverOpts).length > 0 ? input.DriverOpts : null,
    GwPriority: input.GwPriority,
    NetworkID: network?.id ?? '',
    EndpointID: endpoint?.id ?? '',
    Gateway: own?.gateway4 ?? '',
    IPAddress: v4.address,
    IPPrefixLen: v4.prefix,
    IPv6Gateway: own?.gateway6 ?? '',
    GlobalIPv6Address: v6.address,
    GlobalIPv6PrefixLen: v6.prefix,
    DNSNames: userDefined && hasRun ? dnsNames({ id, record }, input) : null,
  };
}

/** Names that it has on the network, or had when it ran last. */
function dnsNames(
  { id, record }: Pick<Container, 'id' | 'record'>,
  { Aliases }: EndpointSettingsInput,
): readonly string[] {
  const { Hostname } = record.config;
  const names = [record.name, ...Aliases, shortId(id), Hostname].filter((name) => name !== '');
  return [...new Set(names)];
}

function split(text: string | undefined): { address: string; prefix: number } {
  const parsed = text === undefined ? undefined : parseInterfaceAddress(text);
  return parsed
    ? { address: formatIp(parsed.ip), prefix: parsed.prefix }
    : { address: '', prefix: 0 };
}

function compact(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const kept = Object.entries(values).filter(([, value]) =>
    Array.isArray(value) ? value.length > 0 : value !== '',
  );
  return Object.fromEntries(kept);
}

/** Docker API: `NetworkSettings.Ports`. Exposed ports that aren't published are there with null. */
function publishedPorts(
  container: Container,
  sandbox: SandboxRecord | undefined,
): NetworkSettings['Ports'] {
  if (!sandbox) return {};
  const ports: Record<string, { HostIp: string; HostPort: string }[] | null> = {};
  for (const spec of Object.keys(container.record.config.ExposedPorts)) ports[spec] = null;
  const bindings = sandbox.endpoints.flatMap((e) => separated(e.bindings));
  for (const { protocol, containerPort, hostIp, hostPort } of bindings) {
    const spec = `${containerPort}/${protocol}`;
    // None where the container's own port is open instead (routed).
    const shown = { HostIp: hostIp, HostPort: hostPort === 0 ? '' : String(hostPort) };
    ports[spec] = [...(ports[spec] ?? []), shown];
  }
  return ports;
}

/** Docker API: `Ports` of a line of `ps`. */
export function portSummaries(view: NetworkView, container: Container): PortSummary[] {
  const sandbox = container.run && view.sandbox(container.id);
  return Object.entries(publishedPorts(container, sandbox)).flatMap(([spec, bindings]) => {
    const [port, Type = 'tcp'] = spec.split('/');
    const PrivatePort = Number(port);
    if (!bindings) return [{ PrivatePort, Type }];
    return bindings.map((b) => ({
      IP: b.HostIp,
      PrivatePort,
      ...(b.HostPort !== '' && { PublicPort: Number(b.HostPort) }),
      Type,
    }));
  });
}
