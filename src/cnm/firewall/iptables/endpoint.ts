import type { IptablesRule } from '../../../native/iptables-wrapper/model.js';
import {
  type EndpointPolicy,
  type FirewalledFamily,
  type FirewalledNetwork,
  type FirewallSettings,
  firewalledFamily,
  isProtected,
} from '../model.js';
import type { IptablesOptions } from './base.js';
import { exactly, interfaceName } from './family.js';
import { rule } from './rule.js';

/** Keeps others from addressing the container directly: what is for a published port has the host's address here. */
export function endpointRules(
  { network, addresses }: EndpointPolicy,
  family: 4 | 6,
  settings: FirewallSettings,
  options: IptablesOptions,
): IptablesRule[] {
  const itsFamily = firewalledFamily(network, family);
  if (!itsFamily || !isProtected(network, itsFamily, settings)) return [];
  return addresses
    .filter((each) => each.family === family)
    .flatMap(({ address }) => protection(network, itsFamily, exactly(address), options));
}

/**
 * In the raw table, where packets are as they came. Of a network that does not masquerade, answers look like that too:
 * there the rule stands behind connection tracking.
 */
function protection(
  { bridge, trustedInterfaces }: FirewalledNetwork,
  { masquerade }: FirewalledFamily,
  address: string,
  { raw }: IptablesOptions,
): IptablesRule[] {
  if (masquerade && !raw) return [];
  const table = masquerade ? 'raw' : 'mangle';
  const begins = masquerade ? '' : ' -m conntrack ! --ctstate RELATED,ESTABLISHED';
  const comment = { comment: 'DIRECT ACCESS' };
  return [
    ...trustedInterfaces.map((name) =>
      rule(table, 'PREROUTING', `-d ${address} -i ${interfaceName(name)}`, 'ACCEPT', comment),
    ),
    rule(
      table,
      'PREROUTING',
      `-d ${address} ! -i ${interfaceName(bridge)}${begins}`,
      'DROP',
      comment,
    ),
  ];
}
