import { InvalidParameter } from '../../base/errors.js';
import {
  address,
  flag,
  integer,
  interfaceName,
  interfacePrefix,
  type OptionTable,
  oneOf,
  readOptions,
} from '../../cnm/driver-options.js';
import type { GatewayMode } from '../../cnm/firewall/model.js';
import type { NetworkRequest } from '../../cnm/model.js';
import { BRIDGE_PREFIX, networkLabel } from './labels.js';

/** The options of a bridge network, read. */
export interface BridgeConfig {
  /** The bridge device. Absent or empty: `br-` and the first 12 digits of the network's id. One that exists is used, and never removed. */
  readonly bridgeName?: string;
  /** Whether traffic that leaves the subnet takes the host's address. Default true. */
  readonly masquerade: boolean;
  /** Default `nat`. */
  readonly gatewayMode4: GatewayMode;
  /** Default `nat`. */
  readonly gatewayMode6: GatewayMode;
  /** Whether containers of the network may talk to each other. Default true. */
  readonly icc: boolean;
  /** Leaves the IPv4 gateway address off the bridge: someone else is the gateway. Default false. */
  readonly inhibitIPv4: boolean;
  /** Host address for ports that are published without one; IPv6 is fine too. Default: all addresses. */
  readonly hostBinding?: string;
  /** Marks the network `bridge` that the daemon makes: containers on it don't resolve each other's names. */
  readonly defaultBridge: boolean;
  /** Interfaces of the host from which containers may be addressed directly, in `nat` mode. */
  readonly trustedHostInterfaces: readonly string[];
  /** MTU of the bridge and the containers' interfaces, in bytes. Default: the kernel's (1500). */
  readonly mtu?: number;
  /** Containers' interfaces are this and a number. Default `eth`. */
  readonly interfacePrefix: string;
  /** The address of the host that IPv4 traffic leaves with, instead of the one masquerading would choose. */
  readonly snat4?: string;
  /** The same for IPv6. */
  readonly snat6?: string;
}

const defaults = {
  masquerade: true,
  gatewayMode4: 'nat',
  gatewayMode6: 'nat',
  icc: true,
  inhibitIPv4: false,
  defaultBridge: false,
  trustedHostInterfaces: [],
  interfacePrefix: 'eth',
} satisfies Partial<BridgeConfig>;

const gatewayMode = oneOf('nat', 'nat-unprotected', 'routed', 'isolated');

const table: OptionTable<Required<BridgeConfig>> = {
  // Clients send an empty name for "none given".
  bridgeName: [networkLabel.bridgeName, (text) => (text === '' ? text : interfaceName(text))],
  masquerade: [networkLabel.masquerade, flag],
  gatewayMode4: [networkLabel.gatewayMode4, gatewayMode],
  gatewayMode6: [networkLabel.gatewayMode6, gatewayMode],
  icc: [networkLabel.icc, flag],
  inhibitIPv4: [networkLabel.inhibitIPv4, flag],
  hostBinding: [networkLabel.hostBinding, address()],
  defaultBridge: [networkLabel.defaultBridge, flag],
  trustedHostInterfaces: [
    networkLabel.trustedHostInterfaces,
    // One that is named twice would be let in by two equal rules.
    (text) => [...new Set(text.split(':').filter(Boolean).map(interfaceName))],
  ],
  // IPv4 needs 68 bytes (RFC 791); the kernel allows bridges and veths no more than 65535.
  mtu: [networkLabel.mtu, integer(68, 65535)],
  interfacePrefix: [networkLabel.interfacePrefix, interfacePrefix],
  snat4: [networkLabel.snat4, address(4)],
  snat6: [networkLabel.snat6, address(6)],
};

/**
 * Reads the options of a bridge network. Keys of other drivers and of users pass unread, as in Docker.
 * @throws InvalidParameter for a bad value, an unknown `com.docker.network.bridge.*` key, or options that
 * exclude each other
 */
export function bridgeConfig(
  request: Pick<NetworkRequest, 'options' | 'internal' | 'enableIPv6'>,
): BridgeConfig {
  refuseUnknownKeys(request.options);
  const config: BridgeConfig = { ...defaults, ...readOptions(table, request.options) };
  refuseContradictions(request, config);
  return config;
}

function refuseUnknownKeys(options: Readonly<Record<string, string>>): void {
  const known = Object.values(networkLabel).filter((key) => key.startsWith(BRIDGE_PREFIX));
  for (const key of Object.keys(options)) {
    if (!key.startsWith(BRIDGE_PREFIX) || known.some((label) => label === key)) continue;
    throw new InvalidParameter(
      `unknown option ${key} of a bridge network; known are ${known.join(', ')}`,
    );
  }
}

function refuseContradictions(
  request: Pick<NetworkRequest, 'internal' | 'enableIPv6'>,
  config: BridgeConfig,
): void {
  const modes = [config.gatewayMode4, config.gatewayMode6];
  if (!request.internal && modes.includes('isolated')) {
    throw new InvalidParameter("gateway mode 'isolated' can only be used for an internal network");
  }
  // RFC 8200, section 5: without 1280 bytes the kernel takes IPv6 off the interface.
  if (request.enableIPv6 && config.mtu !== undefined && config.mtu < 1280) {
    throw new InvalidParameter(
      `failed to parse ${networkLabel.mtu} value: ${config.mtu} (IPv6 needs at least 1280)`,
    );
  }
}
