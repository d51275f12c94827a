import { type Ids, shortId } from '../../base/ids.js';
import type { EndpointConfig } from '../../cnm/endpoint-options.js';
import { nameInterface } from '../../cnm/interface-name.js';
import type { Interface } from '../../cnm/model.js';
import type { BridgeConfig } from './config.js';

/** The bridge device of a network. */
export function bridgeNameOf(networkId: string, config: BridgeConfig): string {
  return config.bridgeName || `br-${shortId(networkId)}`;
}

/** Names both ends of an endpoint. @throws Conflict if the container has an interface of the wanted name */
export function interfaceNames({
  ids,
  prefix,
  wanted,
  taken,
}: {
  ids: Ids;
  prefix: string;
  wanted: EndpointConfig['interfaceName'];
  taken: readonly string[];
}): Pick<Interface, 'name' | 'hostName'> {
  return { name: nameInterface(prefix, wanted, taken), hostName: `veth${ids.hex(7)}` };
}
