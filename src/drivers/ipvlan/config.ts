import type { NetworkRequest } from '../../cnm/model.js';
import type { IpvlanFlag, IpvlanMode } from '../../native/netlink-ts/model.js';
import { type ParentConfig, parentConfig, wordOption } from '../parent/config.js';

/** The options of an ipvlan network, read. */
export interface IpvlanConfig extends ParentConfig {
  /** `l2` (default): one broadcast domain with the wire; `l3`, `l3s`: the host routes, nothing is broadcast. */
  readonly mode: IpvlanMode;
  /** Who talks to whom on one parent. `bridge` (default), `private`: nobody, `vepa`: by way of the switch. */
  readonly flag: IpvlanFlag;
}

/** Reads the options. @throws InvalidParameter for a bad value */
export function ipvlanConfig(
  request: Pick<NetworkRequest, 'options' | 'enableIPv6'>,
): IpvlanConfig {
  const { options } = request;
  const mode = wordOption(options, {
    key: 'ipvlan_mode',
    what: 'mode',
    words: ['l2', 'l3', 'l3s'],
    driver: 'ipvlan',
  });
  const flag = wordOption(options, {
    key: 'ipvlan_flag',
    what: 'flag',
    words: ['bridge', 'private', 'vepa'],
    driver: 'ipvlan',
  });
  return { ...parentConfig(request, 'ipvlan'), mode, flag };
}
