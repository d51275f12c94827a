import type { FirewalledFamily, FirewalledNetwork } from '../../cnm/firewall/model.js';
import type { NetworkRecord } from '../../cnm/model.js';
import { type BridgeConfig, bridgeConfig } from './config.js';
import { bridgeNameOf } from './names.js';

/** A bridge network as plans and firewall need it: options read, one entry per family that it has. */
export interface BridgeNetwork extends FirewalledNetwork {
  readonly config: BridgeConfig;
  readonly families: readonly BridgeFamily[];
}

/** One family of a network. */
export interface BridgeFamily extends FirewalledFamily {
  /** The bridge's own address with the subnet's prefix length; absent if it has none. */
  readonly bridgeAddress?: string;
}

/** Reads a network's record. @throws InvalidParameter for bad options */
export function bridgeNetwork(record: NetworkRecord): BridgeNetwork {
  const config = bridgeConfig(record);
  return {
    id: record.id,
    bridge: bridgeNameOf(record.id, config),
    internal: record.internal,
    icc: config.icc,
    trustedInterfaces: config.trustedHostInterfaces,
    config,
    families: record.subnets.map((subnet) => familyOf(subnet, config)),
  };
}

/** The family of a network, if it has it. */
export function familyIn(network: BridgeNetwork, family: 4 | 6): BridgeFamily | undefined {
  return network.families.find((candidate) => candidate.family === family);
}

function familyOf(
  { family, subnet, gateway }: NetworkRecord['subnets'][number],
  config: BridgeConfig,
): BridgeFamily {
  const mode = family === 4 ? config.gatewayMode4 : config.gatewayMode6;
  const snat = family === 4 ? config.snat4 : config.snat6;
  const hasAddress = mode !== 'isolated' && !(family === 4 && config.inhibitIPv4);
  return {
    family,
    subnet,
    mode,
    masquerade: config.masquerade,
    ...(gateway !== undefined &&
      hasAddress && { bridgeAddress: `${gateway}/${subnet.split('/')[1]}` }),
    ...(snat !== undefined && { snat }),
  };
}

/** What of the network the firewall is told. */
export function firewalled({ config, families, ...network }: BridgeNetwork): FirewalledNetwork {
  return { ...network, families: families.map(({ bridgeAddress, ...family }) => family) };
}
