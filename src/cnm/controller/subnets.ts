import { cidr, formatCidr } from '../../base/cidr.js';
import { InvalidParameter, NotFound } from '../../base/errors.js';
import { formatIp, ip } from '../../base/ip.js';
import type { Driver } from '../driver.js';
import type { AssignedSubnet } from '../ipam/address-space.js';
import {
  checkIpamConfig,
  type IpamConfigEntry,
  parseIpamConfig,
  type SubnetSpec,
} from '../ipam/config.js';
import type { Ipam, SpaceOptions } from '../ipam/ipam.js';
import type { NetworkRecord, NetworkRequest, Subnet } from '../model.js';

/** Refuses subnets that can't be, before anything is looked up. @throws InvalidParameter naming all that is wrong */
export function checkSubnets(request: NetworkRequest): void {
  checkIpamConfig(entriesOf(request), { ipv6: request.enableIPv6 });
}

/** Takes a new network's subnets. None for drivers without IPAM. @throws what IPAM refuses */
export function takeSubnets(
  ipam: Ipam,
  driver: Driver,
  request: NetworkRequest,
  network: { readonly id: string; readonly name: string },
): Subnet[] {
  if (!driver.usesIpam) return [];
  // On another's wire containers may do without: whoever runs it may give them addresses.
  if (driver.onParentWire && !request.enableIPv4 && !request.enableIPv6) return [];
  refuseOtherIpam(request);
  const enabled = { ipv4: request.enableIPv4, ipv6: request.enableIPv6 };
  const specs = parseIpamConfig(entriesOf(request), enabled);
  const options = spaceOptions(driver, request);
  const space = ipam.requestSubnets(network, specs, options);
  return space.subnets.map((subnet, at) => describe(subnet, specs[at]));
}

/** Takes the subnets of a network that exists, exactly as they were. */
export function retakeSubnets(ipam: Ipam, driver: Driver, network: NetworkRecord): void {
  if (!driver.usesIpam) return;
  const options = { ...spaceOptions(driver, network), chooseGateway: false };
  ipam.requestSubnets(network, network.subnets.map(specOf), options);
}

function spaceOptions(driver: Driver, { ipam }: NetworkRequest): SpaceOptions {
  const onWire = driver.onParentWire ?? false;
  return {
    chooseGateway: !onWire,
    shared: onWire,
    namesGateway: !onWire,
    serial: ipam.options['com.docker.network.ipam.serial'] === 'true',
  };
}

function entriesOf({ ipam }: NetworkRequest): IpamConfigEntry[] {
  return ipam.config.map((entry) => ({
    Subnet: entry.subnet,
    IPRange: entry.ipRange,
    Gateway: entry.gateway,
    AuxiliaryAddresses: entry.auxAddresses,
  }));
}

/** Drivers that want addresses can't do with the IPAM that has none. @throws InvalidParameter, NotFound */
function refuseOtherIpam({ ipam, enableIPv4, enableIPv6 }: NetworkRequest): void {
  if (['', 'default'].includes(ipam.driver)) return;
  if (ipam.driver !== 'null')
    throw new NotFound(
      `could not find plugin ${ipam.driver} in v1 plugin registry: plugin "${ipam.driver}" not found`,
    );
  if (ipam.config.some(({ subnet }) => subnet))
    throw new InvalidParameter('null ipam driver does not handle specific address pool requests');
  if (enableIPv4 || enableIPv6)
    throw new InvalidParameter(`${enableIPv4 ? 'ipv4' : 'ipv6'} pool is empty`);
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
