import { overlaps, parseCidr } from '../../base/cidr.js';
import { Forbidden, InvalidParameter } from '../../base/errors.js';
import { shortId } from '../../base/ids.js';
import type { NetworkRecord, NetworkRequest } from '../../cnm/model.js';
import { bridgeConfig } from './config.js';
import { bridgeNetwork } from './network.js';

/**
 * A bridge has one subnet of each family.
 * @throws Forbidden for more, InvalidParameter if both families are off
 */
export function refuseSubnets(request: NetworkRequest): void {
  if (!request.enableIPv4 && !request.enableIPv6) {
    throw new InvalidParameter('IPv4 or IPv6 must be enabled');
  }
  for (const family of [4, 6]) {
    const count = wantedSubnets(request).filter((subnet) => subnet.family === family).length;
    if (count > 1) throw new Forbidden("bridge driver doesn't support multiple subnets");
  }
}

/** @throws Forbidden if another bridge network has the same device, or an asked-for subnet overlaps with it */
export function refuseConflicts(request: NetworkRequest, others: readonly NetworkRecord[]): void {
  const { bridgeName } = bridgeConfig(request);
  const wanted = wantedSubnets(request);
  // One with neither can't meet another: not to look at a thousand of them keeps creation as fast as the first.
  if (!bridgeName && wanted.length === 0) return;
  for (const record of others.filter(({ driver }) => driver === request.driver)) {
    const other = bridgeNetwork(record);
    const clash = other.families.find(({ subnet }) => wanted.some((own) => meets(own, subnet)));
    if (other.bridge === bridgeName) refuse(request, other, 'networks have same bridge name');
    if (clash) refuse(request, other, `networks have overlapping IPv${clash.family}`);
  }
}

function wantedSubnets({ ipam }: NetworkRequest) {
  return ipam.config
    .map(({ subnet }) => parseCidr(subnet ?? ''))
    .filter((subnet) => subnet !== undefined);
}

function meets(own: NonNullable<ReturnType<typeof parseCidr>>, subnet: string): boolean {
  const theirs = parseCidr(subnet);
  return theirs !== undefined && overlaps(own, theirs);
}

function refuse(
  request: NetworkRequest,
  other: { id: string; bridge: string },
  why: string,
): never {
  throw new Forbidden(
    `cannot create network ${request.name}: conflicts with network ${shortId(other.id)} (${other.bridge}): ${why}`,
  );
}
