/** What of the host's settings tsnetd leaves alone when it is told to. */
import type { Firewall, PortProxy } from '../../cnm/kernel.js';
import type { NftFirewall } from '../../native/nft/firewall.js';

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
