import type { IptablesBackend } from '../../src/cnm/firewall/iptables/backend.js';
import type { FirewallSettings } from '../../src/cnm/firewall/model.js';
import { frameTables } from '../../src/daemon/kernel/frame-tables.js';
import { iptablesFirewall } from '../../src/daemon/kernel/iptables-firewall.js';
import { runTool } from '../../src/daemon/kernel/iptables-tools.js';
import type { RunToolSync } from '../../src/native/iptables-wrapper/index.js';
import type { Namespaces } from '../../src/native/netns.js';
import type { NftContext } from '../../src/native/nft/model.js';

/** The two implementations of iptables; both can be there at once. */
export type Variant = 'nft' | 'legacy';

/** Runs the variant's program in place of the one that the host calls `iptables`. */
export function runVariant(variant: Variant): RunToolSync {
  return (call) => {
    const [name = '', ...args] = call.command;
    const program = name.replace(/^(ip6?tables)/, `$1-${variant}`);
    return runTool({ ...call, command: [program, ...args] });
  };
}

/** The iptables backend of a namespace, in this process. */
export function iptablesIn(parts: {
  namespaces: Namespaces;
  path: string;
  settings: FirewallSettings;
  nft: NftContext;
  variant: Variant;
}): IptablesBackend {
  const { namespaces, path, settings, nft, variant } = parts;
  const frames = frameTables(nft, settings);
  const run = runVariant(variant);
  return iptablesFirewall({
    families: [4, 6],
    raw: true,
    settings,
    run: (call) => namespaces.runAt(path, () => run(call)),
    frames: () => frames,
  });
}
