import { parseCsv } from './csv.js';
import { splitPair } from './flag.js';

/** One `--network`. */
export interface Attachment {
  readonly target: string;
  readonly aliases: readonly string[];
  readonly driverOpts: Readonly<Record<string, string>>;
  readonly links: readonly string[];
  readonly linkLocalIps: readonly string[];
  readonly ip?: string;
  readonly ip6?: string;
  readonly mac?: string;
  readonly gwPriority?: number;
}

const empty = { aliases: [], driverOpts: {}, links: [], linkLocalIps: [] };

/** Keys of the long form. */
const keys: Readonly<Record<string, (value: string, before: Attachment) => Partial<Attachment>>> = {
  name: (target) => ({ target }),
  alias: (alias, { aliases }) => ({ aliases: [...aliases, alias] }),
  ip: (ip) => ({ ip }),
  ip6: (ip6) => ({ ip6 }),
  'mac-address': (mac) => ({ mac }),
  'link-local-ip': (ip, { linkLocalIps }) => ({ linkLocalIps: [...linkLocalIps, ip] }),
  'driver-opt': (pair, { driverOpts }) => {
    if (!pair.includes('=')) throw new Error(`invalid key value pair format in driver options`);
    return { driverOpts: { ...driverOpts, ...Object.fromEntries([splitPair(pair)]) } };
  },
  'gw-priority': (text) => {
    if (!/^-?\d+$/.test(text)) throw new Error(`invalid gw-priority (${text})`);
    return { gwPriority: Number(text) };
  },
};

/** Reads `--network NAME` or `--network name=NAME,alias=...`. The long form's keys and values are lower-cased. @throws Error in Docker's words */
export function parseAttachment(text: string): Attachment {
  if (!text.includes('=')) return { ...empty, target: text };
  let attachment: Attachment = { ...empty, target: '' };
  for (const field of parseCsv(text)) {
    const [key, value] = splitPair(field.toLowerCase());
    if (!field.includes('=')) throw new Error(`invalid key=value pair: ${field}`);
    const name = key.trim();
    const read = Object.hasOwn(keys, name) ? keys[name] : undefined;
    if (!read) throw new Error(`invalid field key ${name}`);
    attachment = { ...attachment, ...read(value.trim(), attachment) };
  }
  if (attachment.target === '') throw new Error('network name/id is not specified');
  return attachment;
}

/** The flat flags; they belong to the first network. */
export interface FlatAttachment {
  readonly aliases: readonly string[];
  readonly links: readonly string[];
  readonly linkLocalIps: readonly string[];
  readonly ip: string;
  readonly ip6: string;
  readonly mac: string;
}

/** Docker API: `EndpointSettings` as Go's client sends it. */
export type EndpointBody = Record<string, unknown>;

/** What the network flags come to: `NetworkMode` and `EndpointsConfig`. @throws Error in Docker's words */
export function joinNetworks(
  given: readonly Attachment[],
  flat: FlatAttachment,
): { mode: string; endpoints: Record<string, EndpointBody> } {
  const attachments = given.length > 0 ? given : [{ ...empty, target: 'default' }];
  const endpoints: Record<string, EndpointBody> = {};
  attachments.forEach((attachment, i) => {
    const merged = i === 0 ? withFlat(attachment, flat) : attachment;
    checkTarget(merged, attachments.length);
    if (Object.hasOwn(endpoints, merged.target)) {
      throw new Error(`network ${JSON.stringify(merged.target)} is specified multiple times`);
    }
    if (hasEndpoint(merged.target)) endpoints[merged.target] = endpointBody(merged);
  });
  return { mode: attachments[0]?.target ?? 'default', endpoints };
}

function withFlat(attachment: Attachment, flat: FlatAttachment): Attachment {
  const conflicts: readonly (readonly [unknown, unknown, string])[] = [
    [flat.aliases.length, attachment.aliases.length, '--network-alias and per-network alias'],
    [flat.links.length, attachment.links.length, '--link and per-network links'],
    [flat.ip, attachment.ip, '--ip and per-network IPv4 address'],
    [flat.ip6, attachment.ip6, '--ip6 and per-network IPv6 address'],
    [flat.mac, attachment.mac, '--mac-address and per-network MAC address'],
    [
      flat.linkLocalIps.length,
      attachment.linkLocalIps.length,
      '--link-local-ip and per-network link-local IP addresses',
    ],
  ];
  for (const [own, long, names] of conflicts) {
    if (own && long) throw new Error(`conflicting options: cannot specify both ${names}`);
  }
  return {
    ...attachment,
    aliases: [...attachment.aliases, ...flat.aliases],
    linkLocalIps: [...attachment.linkLocalIps, ...flat.linkLocalIps],
    links: isUserDefined(attachment.target)
      ? [...attachment.links, ...flat.links]
      : attachment.links,
    ...(flat.ip !== '' && { ip: flat.ip }),
    ...(flat.ip6 !== '' && { ip6: flat.ip6 }),
    ...(flat.mac !== '' && { mac: flat.mac }),
  };
}

/** Host, none and another container's network have no endpoint to configure. */
function hasEndpoint(target: string): boolean {
  return isUserDefined(target) || target === 'default' || target === 'bridge';
}

function isUserDefined(target: string): boolean {
  return (
    !['default', 'bridge', 'host', 'none'].includes(target) && !target.startsWith('container:')
  );
}

function checkTarget({ target, aliases }: Attachment, count: number): void {
  if (target.trim() === '') throw new Error('no name set for network');
  if (count > 1 && !isUserDefined(target) && target !== 'bridge' && target !== 'default') {
    throw new Error(
      'conflicting options: cannot attach both user-defined and non-user-defined network-modes',
    );
  }
  if (aliases.length > 0 && !isUserDefined(target)) {
    throw new Error('network-scoped aliases are only supported for user-defined networks');
  }
}

function endpointBody(attachment: Attachment): EndpointBody {
  const { ip, ip6, linkLocalIps, links, aliases, driverOpts } = attachment;
  const addressed = ip !== undefined || ip6 !== undefined || linkLocalIps.length > 0;
  return {
    IPAMConfig: addressed
      ? {
          ...(ip !== undefined && { IPv4Address: ip }),
          ...(ip6 !== undefined && { IPv6Address: ip6 }),
          ...(linkLocalIps.length > 0 && { LinkLocalIPs: linkLocalIps }),
        }
      : null,
    Links: links.length > 0 ? links : null,
    Aliases: aliases.length > 0 ? aliases : null,
    MacAddress: attachment.mac ?? '',
    DriverOpts: Object.keys(driverOpts).length > 0 ? driverOpts : null,
    GwPriority: attachment.gwPriority ?? 0,
    ...unsetState,
  };
}

/** What the daemon fills in; Docker's client sends it empty. */
export const unsetState = {
  NetworkID: '',
  EndpointID: '',
  Gateway: '',
  IPAddress: '',
  IPPrefixLen: 0,
  IPv6Gateway: '',
  GlobalIPv6Address: '',
  GlobalIPv6PrefixLen: 0,
  DNSNames: null,
};
