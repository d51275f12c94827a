import { integer, interfaceName, type OptionTable, readOptions } from './driver-options.js';

/** Option keys of endpoints, as Docker names them (`--driver-opt` of `network connect`); every driver has the same. */
export const endpointLabel = {
  interfaceName: 'com.docker.network.endpoint.ifname',
  sysctls: 'com.docker.network.endpoint.sysctls',
  advertiseCount: 'com.docker.network.advertise_addr_nmsgs',
  advertiseIntervalMs: 'com.docker.network.advertise_addr_ms',
} as const;

/** A setting of the endpoint's interface: `group` is `conf` or `neigh`. */
export interface InterfaceSysctl {
  readonly family: 'ipv4' | 'ipv6' | 'mpls';
  readonly group: string;
  readonly key: string;
  readonly value: string;
}

/** The options of an endpoint, read. */
export interface EndpointConfig {
  /** Exact name of the interface. Default: prefix and the lowest free number. */
  readonly interfaceName?: string;
  /** Settings of the interface, made once it is up. */
  readonly sysctls: readonly InterfaceSysctl[];
  /** How often neighbours are told of the new address, which the controller does. Default 3, 0 is never. */
  readonly advertiseCount: number;
  /** Milliseconds between the announcements. Default 1000. */
  readonly advertiseIntervalMs: number;
}

const table: OptionTable<Required<EndpointConfig>> = {
  interfaceName: [endpointLabel.interfaceName, interfaceName],
  sysctls: [endpointLabel.sysctls, interfaceSysctls],
  advertiseCount: [endpointLabel.advertiseCount, integer(0, 3)],
  advertiseIntervalMs: [endpointLabel.advertiseIntervalMs, integer(100, 2000)],
};

/** Reads the options of an endpoint; unknown keys pass unread, as in Docker. @throws InvalidParameter */
export function endpointConfig(options: Readonly<Record<string, string>>): EndpointConfig {
  return {
    sysctls: [],
    advertiseCount: 3,
    advertiseIntervalMs: 1000,
    ...readOptions(table, options),
  };
}

/** Whether the options switch IPv6 off on the interface, so that it must get no IPv6 address. */
export function disablesIPv6({ sysctls }: EndpointConfig): boolean {
  return sysctls.some(
    ({ family, group, key, value }) =>
      family === 'ipv6' && group === 'conf' && key === 'disable_ipv6' && value === '1',
  );
}

/** A comma list of `net.<family>.<group>.IFNAME.<key>=<value>`. IFNAME stands for the real name, in any case of letters: Docker's CLI lowers it. */
function interfaceSysctls(text: string): InterfaceSysctl[] {
  return text.split(',').map((setting) => {
    const match =
      /^net\.(ipv4|ipv6|mpls)\.(conf|neigh)\.ifname\.([a-z0-9_]+)=([\x21-\x7e]+)$/i.exec(setting);
    const [, family = '', group = '', key = '', value = ''] = match ?? [];
    if (!match || !isFamily(family)) {
      throw new Error(
        `'${setting}' is not of the form net.<ipv4|ipv6|mpls>.<conf|neigh>.IFNAME.<key>=<value>`,
      );
    }
    return { family, group, key, value };
  });
}

function isFamily(text: string): text is InterfaceSysctl['family'] {
  return text === 'ipv4' || text === 'ipv6' || text === 'mpls';
}
