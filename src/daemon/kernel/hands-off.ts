/** What of the host's settings tsnetd leaves alone when it is told to. */
import type { FirewallPolicy } from '../../cnm/firewall/model.js';
import type { Firewall, PortProxy } from '../../cnm/kernel.js';

/**
 * `--iptables=false`: rules are somebody else's business. Those of a daemon that was started without the
 * flag would lead to containers that are gone, so they go, too.
 */
export function noFirewall(dropOurs: () => void): Firewall {
  return {
    install() {},
    remove() {},
    replaceAll: dropOurs,
    repair() {},
    describe: () => [],
  };
}

/** The firewall, with something to be done each time that it has been replaced. */
export function afterReplaceAll(
  firewall: Firewall,
  work: (policies: readonly FirewallPolicy[]) => void,
): Firewall {
  return {
    install: (policies) => firewall.install(policies),
    remove: (owners) => firewall.remove(owners),
    replaceAll(policies) {
      firewall.replaceAll(policies);
      work(policies);
    },
    repair: () => firewall.repair(),
    describe: (policies) => firewall.describe(policies),
  };
}

/** `--userland-proxy=false`: what the kernel can't translate is not served. */
export const noProxy: PortProxy = { isOn: false, forward() {}, stop() {}, replaceAll() {} };
