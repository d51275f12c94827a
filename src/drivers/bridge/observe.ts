import type { Sysctls } from '../../cnm/kernel.js';

/** What a plan must know about the host. */
export interface BridgeHost {
  /**
   * Families whose frames visit the IP firewall on their way between two ports of one bridge
   * (module br_netfilter with `net.bridge.bridge-nf-call-iptables` and `-ip6tables`).
   */
  readonly filteredFrames: readonly (4 | 6)[];
}

const keys = [
  [4, 'bridge-nf-call-iptables'],
  [6, 'bridge-nf-call-ip6tables'],
] as const;

/** Looks at the host. */
export function observeHost(sysctls: Pick<Sysctls, 'read'>): BridgeHost {
  const on = keys.filter(([, key]) => sysctls.read(['net', 'bridge', key]) === '1');
  return { filteredFrames: on.map(([family]) => family) };
}
