import type { EndpointDraft } from '../../src/cnm/driver.js';
import type { Interface, NetworkRecord, Subnet } from '../../src/cnm/model.js';

/** A bridge network's record with what a test wants otherwise: by default 172.30.0.0/16 without options. */
export function networkRecord(wanted: Partial<NetworkRecord> = {}): NetworkRecord {
  return {
    id: 'a1b2c3d4e5f6'.padEnd(64, '0'),
    name: 'web',
    driver: 'bridge',
    created: '2026-01-01T00:00:00Z',
    scope: 'local',
    predefined: false,
    enableIPv4: true,
    enableIPv6: wanted.subnets?.some(({ family }) => family === 6) ?? false,
    internal: false,
    attachable: false,
    options: {},
    labels: {},
    ipam: { driver: 'default', options: {}, config: [] },
    subnets: [subnet4()],
    ...wanted,
  };
}

/** 172.`second`.0.0/16 with gateway .0.1. */
export function subnet4(second = 30): Subnet {
  return {
    family: 4,
    subnet: `172.${second}.0.0/16`,
    gateway: `172.${second}.0.1`,
    auxAddresses: {},
    fromPool: true,
  };
}

/** fd00:`group`::/64 with gateway ::1. */
export function subnet6(group = 30): Subnet {
  return {
    family: 6,
    subnet: `fd00:${group}::/64`,
    gateway: `fd00:${group}::1`,
    auxAddresses: {},
    fromPool: true,
  };
}

/** An endpoint on a network of {@link networkRecord}: host number `number` of each subnet. */
export function endpointDraft(
  network: NetworkRecord,
  number = 2,
  wanted: { driverOptions?: Record<string, string>; interface?: Partial<Interface> } = {},
): EndpointDraft {
  const digits = number.toString(16).padStart(2, '0');
  const addresses = network.subnets.map(({ family, subnet, gateway = '' }) => {
    const [base = '', prefix] = subnet.split('/');
    const address = family === 4 ? base.replace(/0$/, String(number)) : `${base}${number}`;
    return family === 4
      ? { ipv4: `${address}/${prefix}`, gateway4: gateway }
      : { ipv6: `${address}/${prefix}`, gateway6: gateway };
  });
  return {
    id: `e${digits}${network.id.slice(0, 9)}`.padEnd(64, '0'),
    networkId: network.id,
    sandboxId: `c${digits}`.padEnd(64, '0'),
    request: { aliases: [], driverOptions: wanted.driverOptions ?? {}, gatewayPriority: 0 },
    interface: {
      name: 'eth0',
      hostName: `veth${network.id.slice(0, 5)}${digits}`,
      mac: `02:00:00:00:00:${digits}`,
      ...Object.assign({}, ...addresses),
      ...wanted.interface,
    },
    dnsNames: [],
  };
}
