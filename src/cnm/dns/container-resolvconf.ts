import { createHash } from 'node:crypto';
import { embeddedDnsAddress, type Upstream } from './model.js';
import {
  isLoopback,
  isNdotsSet,
  optionOf,
  parseResolvConf,
  type ResolvConf,
} from './resolvconf.js';

/** Servers for containers that would have none; those that Docker falls back to. */
const fallbackServers = {
  4: ['8.8.8.8', '8.8.4.4'],
  6: ['2001:4860:4860::8888', '2001:4860:4860::8844'],
} as const;

/**
 * - `embedded`: the container asks our server (user-defined networks);
 * - `copied`: it asks the host's servers itself (default bridge);
 * - `host`: it shares the host's network.
 */
export type ResolvConfMode = 'embedded' | 'copied' | 'host';

/** What a container's resolv.conf is made from. */
export interface ResolvConfInput {
  readonly mode: ResolvConfMode;
  /** The host's file. */
  readonly host: { readonly path: string; readonly text: string };
  /** `--dns`; the host's servers when absent or empty. */
  readonly dns?: readonly string[];
  /** `--dns-search`; the host's when absent or empty. `.` alone means none. */
  readonly dnsSearch?: readonly string[];
  /** `--dns-option`; the host's when absent or empty. */
  readonly dnsOptions?: readonly string[];
  /** Whether the container has IPv6; without it IPv6 servers of the host are left out. */
  readonly ipv6: boolean;
}

/** A container's resolv.conf and what its embedded server needs to know about it. */
export interface ContainerResolvConf {
  readonly text: string;
  /** Whom the embedded server asks. Empty in the other modes. */
  readonly upstreams: readonly Upstream[];
  /** The user set `ndots` above 0. */
  readonly ndotsSet: boolean;
  /** Domains that clients complete names with, in lower case, without dots at the ends. */
  readonly search: readonly string[];
}

/** Makes a container's resolv.conf. */
export function containerResolvConf(input: ResolvConfInput): ContainerResolvConf {
  const host = parseResolvConf(input.host.text);
  const isOverridden = overrides(input);
  if (input.mode === 'host' && isOverridden.length === 0) {
    return { text: input.host.text, upstreams: [], ndotsSet: false, search: [] };
  }
  const merged = merge(host, input);
  const upstreams = input.mode === 'embedded' ? upstreamsOf(merged, input) : [];
  const { conf, notes } = transforms[input.mode](merged, input, upstreams);
  const text = render(conf, [
    `# Based on host file: '${input.host.path}'${transformNames[input.mode]}`,
    ...notes,
    ...(merged.invalid.length > 0 ? [`# Invalid nameservers: [${merged.invalid.join(' ')}]`] : []),
    `# Overrides: [${isOverridden.join(' ')}]`,
    ...ndotsNote(conf, merged, isOverridden),
  ]);
  return {
    text,
    upstreams,
    ndotsSet: isNdotsSet(merged.options),
    search: conf.search.map((domain) => domain.toLowerCase().replace(/^\.+|\.+$/g, '')),
  };
}

/** Identifies the text, to learn later whether the user has edited the file; such a file is left alone. */
export function resolvConfHash(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

type Transform = (
  conf: ResolvConf,
  input: ResolvConfInput,
  upstreams: readonly Upstream[],
) => { conf: ResolvConf; notes: string[] };

const transformNames: Record<ResolvConfMode, string> = {
  embedded: ' (internal resolver)',
  copied: ' (legacy)',
  host: '',
};

const transforms: Record<ResolvConfMode, Transform> = {
  embedded(conf, _input, upstreams) {
    const options = conf.options.filter((option) => !isInvalidNdots(option));
    const withNdots = optionOf(options, 'ndots') === undefined ? [...options, 'ndots:0'] : options;
    const shown = upstreams.map(({ address, from }) =>
      from === 'host' ? `host(${address})` : address,
    );
    return {
      conf: { ...conf, nameservers: [embeddedDnsAddress], options: withNdots },
      notes: [
        shown.length > 0
          ? `# ExtServers: [${shown.join(' ')}]`
          : '# NO EXTERNAL NAMESERVERS DEFINED',
      ],
    };
  },
  copied(conf, input) {
    if (isGiven(input.dns)) return { conf, notes: [] };
    const reachable = conf.nameservers.filter(
      (address) => !isLoopback(address) && (input.ipv6 || !address.includes(':')),
    );
    if (reachable.length > 0) return { conf: { ...conf, nameservers: reachable }, notes: [] };
    const nameservers = [...fallbackServers[4], ...(input.ipv6 ? fallbackServers[6] : [])];
    return { conf: { ...conf, nameservers }, notes: ['# Used default nameservers.'] };
  },
  host: (conf) => ({ conf, notes: [] }),
};

function merge(host: ResolvConf, { dns, dnsSearch, dnsOptions }: ResolvConfInput): ResolvConf {
  return {
    ...host,
    ...(isGiven(dns) && { nameservers: dns }),
    ...(isGiven(dnsSearch) && { search: dnsSearch.filter((domain) => domain !== '.') }),
    ...(isGiven(dnsOptions) && { options: dnsOptions }),
  };
}

function upstreamsOf(conf: ResolvConf, { dns }: ResolvConfInput): Upstream[] {
  const from = isGiven(dns) ? 'sandbox' : 'host';
  // In the container that is our own server; on the host it may be another engine's, which has tsnet in a container.
  const others = conf.nameservers.filter(
    (address) => from === 'host' || address !== embeddedDnsAddress,
  );
  return others.map((address) => ({ address, from }));
}

function overrides({ dns, dnsSearch, dnsOptions }: ResolvConfInput): string[] {
  const given = { nameservers: dns, search: dnsSearch, options: dnsOptions };
  return Object.entries(given).flatMap(([name, list]) => (isGiven(list) ? [name] : []));
}

function ndotsNote(conf: ResolvConf, merged: ResolvConf, overridden: readonly string[]): string[] {
  if (optionOf(conf.options, 'ndots') === undefined) return [];
  const own = merged.options.some(
    (option) => option.startsWith('ndots:') && !isInvalidNdots(option),
  );
  const source = overridden.includes('options') ? 'override' : 'host';
  return [`# Option ndots from: ${own ? source : 'internal'}`];
}

function isInvalidNdots(option: string): boolean {
  const [name, value = ''] = option.split(':');
  return name === 'ndots' && !/^\d+$/.test(value);
}

function render(conf: ResolvConf, comments: readonly string[]): string {
  const lines = [
    '# Generated by tsnet.',
    '# This file can be edited; tsnet will not make further changes once it',
    '# has been modified.',
    '',
    ...conf.nameservers.map((address) => `nameserver ${address}`),
    ...(conf.search.length > 0 ? [`search ${conf.search.join(' ')}`] : []),
    ...(conf.options.length > 0 ? [`options ${conf.options.join(' ')}`] : []),
    ...conf.other,
    '',
    ...comments,
  ];
  return `${lines.join('\n')}\n`;
}

function isGiven<T>(list: readonly T[] | undefined): list is readonly T[] {
  return list !== undefined && list.length > 0;
}
