import { forwardingOwner } from '../../cnm/firewall/model.js';
import type { Sysctls } from '../../cnm/kernel.js';
import { type Plan, step } from '../../cnm/plan.js';
import type { BridgeNetwork } from './network.js';

/** What the driver may do to the host as a router. */
export interface ForwardingSettings {
  /** `--ip-forward`: whether to make the host a router when a network needs one. */
  readonly enable: boolean;
  /** `--ip-forward-no-drop`: whether the host then forwards for everybody, instead of just for containers. */
  readonly forOthers: boolean;
}

/** The settings that make a host a router, by family (ip-sysctl.rst). */
const keys = {
  4: ['net', 'ipv4', 'ip_forward'],
  6: ['net', 'ipv6', 'conf', 'all', 'forwarding'],
} as const;

/**
 * Makes the host a router for the families of the network in which it is none, as Docker does: it was not meant
 * to forward for anybody else, so it doesn't. A host that is a router already stays as it is.
 */
export function forwardingPlan(
  { internal, families }: Pick<BridgeNetwork, 'internal' | 'families'>,
  sysctls: Pick<Sysctls, 'read'>,
  settings: ForwardingSettings,
): Plan {
  if (internal || !settings.enable) return [];
  return families
    .filter(({ family }) => sysctls.read(keys[family]) === '0')
    .flatMap(({ family }) => [
      ...(settings.forOthers
        ? []
        : [
            step('firewall.add', {
              policy: { kind: 'forwarding', owner: forwardingOwner(family), family },
            }),
          ]),
      step('sysctl.set', { netns: 'host', key: keys[family], value: '1' }),
    ]);
}
