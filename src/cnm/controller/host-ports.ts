import { type Family, parseIp } from '../../base/ip.js';
import type { PortBinding, PortRequest } from '../model.js';
import { countOf } from '../ports/ranges.js';
import type { HostPortWish } from './parts.js';

/** Where a port without a host address is published, by family; absent: not in this family. */
export type HostAddresses = { readonly [F in Family]?: string };

/** The endpoint's network may name the address for ports that come without one (`--ip`). */
const bindingOption = 'com.docker.network.bridge.host_binding_ipv4';

/**
 * The host addresses for ports that name none.
 * @param families those that an endpoint with published ports is the gateway of
 */
export function defaultHostAddresses(
  families: readonly Family[],
  options: Readonly<Record<string, string>>,
): HostAddresses {
  // Despite its name the option takes an IPv6 address too, and rules the other family out.
  const chosen = parseIp(options[bindingOption] ?? '');
  if (chosen && chosen.value !== 0n)
    return families.includes(chosen.family)
      ? { [chosen.family]: options[bindingOption] ?? '' }
      : {};
  return {
    ...(families.includes(4) && { 4: '0.0.0.0' }),
    ...(families.includes(6) && { 6: '::' }),
  };
}

/** The way that ports are published by. */
export interface PublishingWay {
  /** Families in which ports of the host lead to the container. */
  readonly families: readonly Family[];
  /** One of them only by the proxy, which knows no SCTP. */
  readonly proxied?: Family | undefined;
  readonly defaults: HostAddresses;
}

/**
 * The wishes that can be granted: those with an address of the host in one of the families. The others are
 * accepted and not mapped, as Docker does on internal networks.
 * @param before the bindings until now; a chosen port is asked for again, so that a move keeps it
 */
export function wishesFor(
  requests: readonly PortRequest[],
  way: PublishingWay,
  before: readonly PortBinding[] = [],
): HostPortWish[] {
  const addresses = new WantedAddresses(way);
  const wishes: HostPortWish[] = [];
  // A plain loop: there may be thousands.
  for (const request of requests) {
    const hostIps = addresses.of(request);
    if (hostIps.length === 0) continue;
    const { protocol, containerPort, count } = request;
    const hostPort = earlierPort(request, before) ?? portOf(request);
    const wish = { protocol, containerPort, hostIps, ...(count !== undefined && { count }) };
    wishes.push(hostPort === undefined ? wish : { ...wish, hostPort });
  }
  return wishes;
}

/** The same where no port of the host leads to the container, but its own are open to others. */
export function openingsFor(requests: readonly PortRequest[], way: PublishingWay): PortBinding[] {
  if (way.families.length === 0) return [];
  return wishesFor(requests, way).flatMap(({ hostIps, hostPort: _, ...wish }) =>
    hostIps.map((hostIp) => ({ ...wish, hostIp, hostPort: 0 })),
  );
}

/** The family of a binding's host address. */
export function familyOf({ hostIp }: Pick<PortBinding, 'hostIp'>): Family {
  return hostIp.includes(':') ? 6 : 4;
}

/** The host's addresses for each request; requests that want the same get the same list. */
class WantedAddresses {
  readonly #way: PublishingWay;
  readonly #known = new Map<string, Map<string, readonly string[]>>();

  constructor(way: PublishingWay) {
    this.#way = way;
  }

  of({ protocol, hostIp }: PortRequest): readonly string[] {
    const ofProtocol = this.#known.get(protocol) ?? new Map<string, readonly string[]>();
    const known = ofProtocol.get(hostIp);
    if (known) return known;
    const found = addressesFor({ protocol, hostIp }, this.#way);
    this.#known.set(protocol, ofProtocol.set(hostIp, found));
    return found;
  }
}

function addressesFor(
  { hostIp, protocol }: Pick<PortRequest, 'hostIp' | 'protocol'>,
  { families, proxied, defaults }: PublishingWay,
): string[] {
  const able = families.filter((family) => protocol !== 'sctp' || family !== proxied);
  if (hostIp !== '') return able.includes(familyOf({ hostIp })) ? [hostIp] : [];
  return able.map((family) => defaults[family]).filter((address) => address !== undefined);
}

function portOf({ hostPort: [first, last] }: PortRequest): HostPortWish['hostPort'] {
  if (first === 0) return undefined;
  return first === last ? first : { first, last };
}

function earlierPort(
  { protocol, containerPort, hostIp, hostPort: [first, last] }: PortRequest,
  before: readonly PortBinding[],
): number | undefined {
  if (first !== 0 && first === last) return undefined;
  const matches = before.flatMap((binding) => {
    const offset = containerPort - binding.containerPort;
    const isOf = binding.protocol === protocol && offset >= 0 && offset < countOf(binding);
    const hostPort = binding.hostPort + offset;
    const fits = first === 0 || (hostPort >= first && hostPort <= last);
    const sameHost = hostIp === '' || binding.hostIp === hostIp;
    return isOf && fits && sameHost && binding.hostPort !== 0 ? [hostPort] : [];
  });
  // Two wishes for one container port can't be told apart by their bindings.
  return new Set(matches).size === 1 ? matches[0] : undefined;
}
