import type { NetworkRequest } from '../../cnm/model.js';
import type { MacvlanMode } from '../../native/netlink-ts/model.js';
import { type ParentConfig, parentConfig, wordOption } from '../parent/config.js';

/** The options of a macvlan network, read. */
export interface MacvlanConfig extends ParentConfig {
  /**
   * Who talks to whom on one parent. `bridge` (default): containers to each other directly; `private`: not at
   * all; `vepa`: by way of a switch that sends frames back; `passthru`: one container has the parent to itself.
   */
  readonly mode: MacvlanMode;
}

/** Reads the options. @throws InvalidParameter for a bad value */
export function macvlanConfig(
  request: Pick<NetworkRequest, 'options' | 'enableIPv6'>,
): MacvlanConfig {
  const mode = wordOption(request.options, {
    key: 'macvlan_mode',
    what: 'mode',
    words: ['bridge', 'private', 'vepa', 'passthru'],
    driver: 'macvlan',
  });
  return { ...parentConfig(request, 'macvlan'), mode };
}
