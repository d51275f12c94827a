import { type Family, parseIp } from '../../base/ip.js';
import type { PortBinding, PortRequest } from '../model.js';
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

/**
 * The wishes that can be granted: those with an address of the host in one of the families. The others are
 * accepted and not mapped, as Docker does on internal networks.
 * @param before the bindings until now; a chosen port is asked for again, so that a move keeps it
 */
export function wishesFor(
  requests: readonly PortRequest[],
  families: readonly Family[],
  defaults: HostAddresses,
  before: readonly PortBinding[] = [],
): HostPortWish[] {
  return requests.flatMap((request) => {
    const hostIps = addressesFor(request, families, defaults);
    if (hostIps.length === 0) return [];
    const { protocol, containerPort } = request;
    const hostPort = earlierPort(request, before) ?? portOf(request);
    return [{ protocol, containerPort, hostIps, ...(hostPort !== undefined && { hostPort }) }];
  });
}

/** The family of a binding's host address. */
export function familyOf({ hostIp }: Pick<PortBinding, 'hostIp'>): Family {
  return hostIp.includes(':') ? 6 : 4;
}

function addressesFor(
  { hostIp }: PortRequest,
  families: readonly Family[],
  defaults: HostAddresses,
): string[] {
  if (hostIp !== '') return families.includes(familyOf({ hostIp })) ? [hostIp] : [];
  return [defaults[4], defaults[6]].filter((address) => address !== undefined);
}

function portOf({ hostPort: [first, last] }: PortRequest): HostPortWish['hostPort'] {
  if (first === 0) return undefined;
  return first === last ? first : { first, last };
}

function earlierPort(
  { protocol, containerPort, hostIp, hostPort: [first, last] }: PortRequest,
  before: readonly PortBinding[],
): number | undefined {
  const fits = (binding: PortBinding) =>
    binding.protocol === protocol &&
    binding.containerPort === containerPort &&
    (hostIp === '' || binding.hostIp === hostIp) &&
    (first === 0 || (binding.hostPort >= first && binding.hostPort <= last));
  const matches = before.filter(fits);
  // Two wishes for one container port can't be told apart by their bindings.
  return new Set(matches.map(({ hostPort }) => hostPort)).size === 1
    ? matches[0]?.hostPort
    : undefined;
}
