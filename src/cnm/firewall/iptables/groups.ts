import type {
  IptablesGroup,
  IptablesPolicy,
  IptablesRule,
} from '../../../native/iptables-wrapper/model.js';
import { type FirewallPolicy, type FirewallSettings, firewalledFamily } from '../model.js';
import { type IptablesOptions, MARK } from './base.js';
import { endpointRules } from './endpoint.js';
import { linkRules } from './link.js';
import { networkRules } from './network.js';
import { portsRules } from './ports.js';

/** What a policy adds to the tables of a family; undefined: nothing. */
export function groupOf(
  policy: FirewallPolicy,
  family: 4 | 6,
  settings: FirewallSettings,
  options: IptablesOptions,
): IptablesGroup | undefined {
  const rules = rulesOf(policy, family, settings, options);
  const policies = verdicts(policy, family);
  if (rules.length === 0 && policies.length === 0) return undefined;
  return { owner: `${MARK}${policy.owner}`, chains: [], rules, policies };
}

function rulesOf(
  policy: FirewallPolicy,
  family: 4 | 6,
  settings: FirewallSettings,
  options: IptablesOptions,
): IptablesRule[] {
  switch (policy.kind) {
    case 'network': {
      const itsFamily = firewalledFamily(policy.network, family);
      return itsFamily ? networkRules(policy.network, itsFamily, settings) : [];
    }
    case 'endpoint':
      return endpointRules(policy, family, settings, options);
    case 'ports':
      return portsRules(policy, family, settings);
    case 'link':
      return policy.server.family === family ? linkRules(policy) : [];
    case 'forwarding':
      return [];
  }
}

/** As with Docker the host stays shut when we are gone: that it was no router before is all that we know. */
function verdicts(policy: FirewallPolicy, family: 4 | 6): IptablesPolicy[] {
  if (policy.kind !== 'forwarding' || policy.family !== family) return [];
  return [{ table: 'filter', chain: 'FORWARD', policy: 'DROP' }];
}
