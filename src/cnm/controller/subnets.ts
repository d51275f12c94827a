import { cidr, formatCidr } from '../../base/cidr.js';
import { NotFound } from '../../base/errors.js';
import { formatIp, ip } from '../../base/ip.js';
import type { Driver } from '../driver.js';
import type { AssignedSubnet } from '../ipam/address-space.js';
import { parseIpamConfig, type SubnetSpec } from '../ipam/config.js';
import type { Ipam } from '../ipam/ipam.js';
import type { NetworkRecord, NetworkRequest, Subnet } from '../model.js';

/** Takes a new network's subnets. None for drivers without IPAM. @throws what IPAM refuses */
export function takeSubnets(
  ipam: Ipam,
  driver: Driver,
  request: NetworkRequest,
  network: { readonly id: string; readonly name: string },
): Subnet[] {
  if (!driver.usesIpam) return [];
  if (!['', 'default'].includes(request.ipam.driver))
    throw new NotFound(`could not find IPAM driver "${request.ipam.driver}"`);
  // On another's wire containers may do without: whoever runs it may give them addresses.
  if (driver.onParentWire && !request.enableIPv4 && !request.enableIPv6) return [];
  const entries = request.ipam.config.map((entry) => ({
    Subnet: entry.subnet,
    IPRange: entry.ipRange,
    Gateway: entry.gateway,
    AuxiliaryAddresses: entry.auxAddresses,
  }));
  const specs = parseIpamConfig(entries, { ipv4: request.enableIPv4, ipv6: request.enableIPv6 });
  const onWire = driver.onParentWire ?? false;
  const space = ipam.requestSubnets(network, specs, { chooseGateway: !onWire, shared: onWire });
  return space.subnets.map((subnet, at) => describe(subnet, specs[at]));
}

/** Takes the subnets of a network that exists, exactly as they were. */
export function retakeSubnets(ipam: Ipam, driver: Driver, network: NetworkRecord): void {
  if (!driver.usesIpam) return;
  const shared = driver.onParentWire ?? false;
  ipam.requestSubnets(network, network.subnets.map(specOf), { chooseGateway: false, shared });
}

function describe(assigned: AssignedSubnet, spec: SubnetSpec | undefined): Subnet {
  const auxiliary = [...assigned.auxiliary].map(([name, address]) => [name, formatIp(address)]);
  return {
    family: assigned.subnet.family,
    subnet: formatCidr(assigned.subnet),
    ...(assigned.gateway && { gateway: formatIp(assigned.gateway) }),
    ...(assigned.range && { ipRange: formatCidr(assigned.range) }),
    auxAddresses: Object.fromEntries(auxiliary),
    fromPool: spec?.subnet === undefined,
  };
}

function specOf(subnet: Subnet): SubnetSpec {
  return {
    family: subnet.family,
    subnet: cidr(subnet.subnet),
    ...(subnet.gateway !== undefined && { gateway: ip(subnet.gateway) }),
    ...(subnet.ipRange !== undefined && { range: cidr(subnet.ipRange) }),
    auxiliary: new Map(Object.entries(subnet.auxAddresses).map(([name, at]) => [name, ip(at)])),
  };
}
