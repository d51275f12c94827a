import { Conflict } from '../../base/errors.js';
import { type Ids, shortId } from '../../base/ids.js';
import type { Interface } from '../../cnm/model.js';
import type { BridgeConfig } from './config.js';
import type { EndpointConfig } from './endpoint-config.js';

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
  if (wanted !== undefined && taken.includes(wanted)) {
    throw new Conflict(`the container already has an interface named ${wanted}`);
  }
  return { name: wanted ?? lowestFree(prefix, taken), hostName: `veth${ids.hex(7)}` };
}

function lowestFree(prefix: string, taken: readonly string[]): string {
  let number = 0;
  while (taken.includes(`${prefix}${number}`)) number++;
  return `${prefix}${number}`;
}
