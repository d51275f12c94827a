/** What of the host's settings tsnetd leaves alone when it is told to. */
import type { Firewall, PortProxy } from '../../cnm/kernel.js';
import type { NftFirewall } from '../../native/nft/firewall.js';
import type { SysctlKey, Sysctls } from '../../native/sysctl.js';

/**
 * `--iptables=false`: rules are somebody else's business. Those of a daemon that was started without the
 * flag would lead to containers that are gone, so they go, too.
 */
export function noFirewall(ours: Pick<NftFirewall, 'dropTables'>): Firewall {
  return {
    install() {},
    remove() {},
    replaceAll: () => ours.dropTables(),
    repair() {},
    describe: () => [],
  };
}

/** `--userland-proxy=false`: what the kernel can't translate is not served. */
export const noProxy: PortProxy = { forward() {}, stop() {} };

const forwardingKeys = ['net/ipv4/ip_forward', 'net/ipv6/conf/all/forwarding'];

/**
 * `--ip-forward=false`: whether the host is a router is somebody else's decision. Plans have the step all the
 * same, so that a restart without the flag is all it takes.
 */
export function withoutForwarding(sysctls: Sysctls): Sysctls {
  return {
    ...sysctls,
    write(key, value) {
      if (!forwardingKeys.includes(pathOf(key))) sysctls.write(key, value);
    },
  };
}

function pathOf(key: SysctlKey): string {
  if (typeof key !== 'string') return key.join('/');
  return key.includes('/') ? key : key.replaceAll('.', '/');
}
