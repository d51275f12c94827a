import type { FrameTables } from '../../cnm/firewall/iptables/frames.js';
import type { FirewallSettings } from '../../cnm/firewall/model.js';
import { baseTables } from '../../cnm/firewall/nftables/base.js';
import { TABLE } from '../../cnm/firewall/nftables/family.js';
import { NftError } from '../../native/nft/error.js';
import { NftFirewall } from '../../native/nft/firewall.js';
import type { NftContext } from '../../native/nft/model.js';

/** The nftables table of frames alone, beside iptables. */
export function frameTables(nft: NftContext, settings: FirewallSettings): FrameTables {
  const tables = baseTables(settings).filter(({ family }) => family === 'bridge');
  return Object.assign(new NftFirewall({ nft, tables }), { count: () => separatedPorts(nft) });
}

/** How many ports of bridges are in the kernel's set. */
function separatedPorts(nft: NftContext): number {
  try {
    const listed = nft.listJson(`set bridge ${TABLE} separated`) as Listed;
    return listed.nftables.reduce((sum, { set }) => sum + (set?.elem?.length ?? 0), 0);
  } catch (error) {
    if (error instanceof NftError) return 0;
    throw error;
  }
}

/** The part of `nft -j list set` that counts (libnftables-json(5)). */
interface Listed {
  readonly nftables: readonly { readonly set?: { readonly elem?: readonly unknown[] } }[];
}
