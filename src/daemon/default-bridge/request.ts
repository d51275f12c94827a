import { cidrOf, contains, encloses, formatCidr, parseInterfaceAddress } from '../../base/cidr.js';
import { InvalidParameter, NotFound, System } from '../../base/errors.js';
import { type Family, formatIp, type Ip } from '../../base/ip.js';
import type { Logger } from '../../base/logger.js';
import type { DefaultBridge } from '../../cnm/controller/predefined.js';
import type { IpamSubnetConfig, NetworkRecord } from '../../cnm/model.js';
import type { BridgeOptions, FamilyOptions } from './options.js';

/** What is known of the host when the network `bridge` is thought of. */
export interface BridgeSurroundings {
  /** Addresses on the device with their prefix lengths; undefined: there is no such device. */
  readonly addresses: readonly string[] | undefined;
  /** The network as it was recorded, if it was. */
  readonly recorded: Pick<NetworkRecord, 'subnets' | 'options'> | undefined;
  readonly logger: Logger;
}

/**
 * What the network `bridge` is to be like, by the options and by what stands there.
 * @throws NotFound, System for a bridge of the user's that can't be used, in Docker's words
 */
export function defaultBridge(options: BridgeOptions, host: BridgeSurroundings): DefaultBridge {
  if (options.userManaged) refuseUnusable(options, host.addresses);
  const ipam = [
    ...subnetFor(4, options, host),
    ...(options.enableIPv6 ? subnetFor(6, options, host) : []),
  ];
  return {
    device: options.device,
    enableIcc: options.enableIcc,
    enableIpMasquerade: options.enableIpMasquerade,
    enableIPv6: options.enableIPv6,
    ...(options.hostBinding !== undefined && { hostBindingIpv4: options.hostBinding }),
    ...(options.mtu !== undefined && { mtu: options.mtu }),
    ...(ipam.length > 0 && { ipam }),
  };
}

function refuseUnusable({ device }: BridgeOptions, addresses: readonly string[] | undefined): void {
  if (!addresses)
    throw new NotFound(`bridge device with non default name ${device} must be created manually`);
  if (!addresses.some((text) => isUsable(4, text)))
    throw new System(`bridge device with non default name ${device} must have a valid IP address`);
}

/** None: the subnet comes from the pools. */
function subnetFor(
  family: Family,
  options: BridgeOptions,
  host: BridgeSurroundings,
): IpamSubnetConfig[] {
  const wanted = family === 4 ? options.ipv4 : options.ipv6;
  const own = wanted.address ?? elected(family, options, wanted, host);
  const auxiliary = wanted.gateway && {
    auxAddresses: { [`DefaultGatewayIPv${family}`]: formatIp(wanted.gateway) },
  };
  if (own) {
    const subnet = cidrOf(own.ip, own.prefix);
    const fits = wanted.fixedCidr && encloses(subnet, wanted.fixedCidr);
    if (wanted.fixedCidr && !fits)
      host.logger.warn(
        'the range for containers is outside the subnet of the bridge, and ignored',
        {
          range: formatCidr(wanted.fixedCidr),
          subnet: formatCidr(subnet),
        },
      );
    return [
      {
        subnet: formatCidr(subnet),
        gateway: formatIp(own.ip),
        ...(wanted.fixedCidr && fits && { ipRange: formatCidr(wanted.fixedCidr) }),
        ...auxiliary,
      },
    ];
  }
  if (!wanted.fixedCidr && auxiliary)
    throw new InvalidParameter(
      `an IPv${family} default gateway for the default bridge needs its subnet: give the bridge's address as well`,
    );
  if (!wanted.fixedCidr) return [];
  const subnet = formatCidr(wanted.fixedCidr);
  return [{ subnet, ipRange: subnet, ...auxiliary }];
}

/**
 * The address that the device has already. One of a bridge that we made stays only as long as no option asks
 * for another, which the record shows.
 */
function elected(
  family: Family,
  { userManaged, device }: BridgeOptions,
  { fixedCidr, gateway }: FamilyOptions,
  { addresses = [], recorded, logger }: BridgeSurroundings,
): { ip: Ip; prefix: number } | undefined {
  const isOurs = !userManaged && recorded?.options['com.docker.network.bridge.name'] === device;
  const fromPool = recorded?.subnets.some((subnet) => subnet.family === family && subnet.fromPool);
  if (isOurs && fromPool && !gateway && !fixedCidr) return undefined;
  const usable = addresses
    .filter((text) => isUsable(family, text))
    .map(parseInterfaceAddress)
    .filter((parsed) => parsed !== undefined);
  const inRange = usable.find(
    ({ ip, prefix }) =>
      fixedCidr !== undefined &&
      (contains(fixedCidr, ip) || encloses(cidrOf(ip, prefix), fixedCidr)),
  );
  const found = fixedCidr && (family === 6 || inRange) ? inRange : usable[0];
  if (found && !userManaged && !isOurs)
    logger.info('the default bridge has an address already; --bip can be used to set another', {
      device,
      address: formatIp(found.ip),
    });
  return found;
}

/** Link-local addresses are everywhere and mean nothing. */
function isUsable(family: Family, text: string): boolean {
  const parsed = parseInterfaceAddress(text);
  return parsed?.ip.family === family && !/^(fe80:|169\.254\.)/.test(text);
}
