import { systemClock } from '../../base/clock.js';
import { messageOf, Unavailable } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import type { Lifetime } from '../../base/rollback.js';
import type { FirewallPolicy, FirewallSettings } from '../../cnm/firewall/model.js';
import { type FragmentTables, NftablesBackend } from '../../cnm/firewall/nftables/backend.js';
import { baseTables, userTable } from '../../cnm/firewall/nftables/base.js';
import type { Firewall } from '../../cnm/kernel.js';
import { openNft, openNftWithPort } from '../../native/nft/context.js';
import { openNftElements } from '../../native/nft/element.js';
import { openNftElementBatches } from '../../native/nft/element-batch.js';
import { NftFirewall } from '../../native/nft/firewall.js';
import type { NftContext, NftTable } from '../../native/nft/model.js';
import { renderAdd } from '../../native/nft/render.js';
import { watchNft } from '../../native/nft/watch.js';
import { FirewallGuard, type Meddling } from './firewall-guard.js';
import { frameTables } from './frame-tables.js';
import { afterReplaceAll, noFirewall } from './hands-off.js';
import { dropIptables, iptablesFirewall } from './iptables-firewall.js';
import { openStamp } from './iptables-stamp.js';
import { findIptables, hasIptables, runTool } from './iptables-tools.js';
import { WatchedIptables } from './iptables-watch.js';
import { type TrackedFlows, trackedFlows } from './tracked-flows.js';

/** Programs that the host's firewall can be told by. */
export type FirewallProgram = 'nftables' | 'iptables';

/** What the daemon's configuration says about the host's firewall. */
export interface HostFirewallSettings {
  readonly program: FirewallProgram;
  /** Families whose rules are ours to make (`--iptables`, `--ip6tables`). */
  readonly families: readonly (4 | 6)[];
  /** Whether iptables' raw table is used; default yes. */
  readonly raw?: boolean;
  readonly policies: FirewallSettings;
}

/** The host's firewall, and what it notes about connections. */
export interface HostFirewall {
  readonly firewall: Firewall;
  readonly tracked: TrackedFlows;
  /** When the rules were last made anew because another program had changed them, as far as that is noted. */
  reloadedAt(): Date | undefined;
}

const families = [4, 6] as const;
const familyName = { 4: 'ip', 6: 'ip6' } as const;

/** What a firewall is opened with, in the host's namespace. */
interface Parts {
  readonly settings: HostFirewallSettings;
  readonly lifetime: Lifetime;
  readonly logger: Logger;
}

/**
 * Opens the firewall in the calling thread's network namespace. With the first `replaceAll`, when its own rules stand,
 * it takes away what a daemon with another configuration has left: nothing is unprotected in between.
 * @throws Unavailable if the host does not have the program
 */
export function openHostFirewall(parts: Parts): HostFirewall {
  const { settings, lifetime, logger } = parts;
  if (settings.families.length === 0) {
    const nft = openNftIfThere(lifetime);
    const firewall = noFirewall(() => {
      if (nft) nftTables(nft, settings, families, true).dropTables();
      dropIptablesIfThere(families, logger);
    });
    return { firewall, tracked: { take: () => true }, reloadedAt: () => undefined };
  }
  return settings.program === 'nftables' ? openNftables(parts) : openIptables(parts);
}

function openNftables({ settings, lifetime, logger }: Parts): HostFirewall {
  const { nft, port } = openNftWithPort();
  lifetime.own(nft);
  const batches = lifetime.own(openNftElementBatches());
  const others = families.filter((family) => !settings.families.includes(family));
  const tables = tablesOf(settings, settings.families, true);
  const ours = new NftFirewall({ nft, batches, tables, forOthers: [userTable] });
  const backend = new NftablesBackend({
    tables: ofFamilies(ours, settings.families),
    settings: settings.policies,
    render: renderAdd,
  });
  const watch = (onChange: (by: Meddling) => void) =>
    watchNft({ tables, forOthers: [userTable], own: [port, batches.port], onChange });
  const guard = lifetime.own(
    new FirewallGuard({
      firewall: { repair: () => backend.repair(), watch },
      clock: systemClock,
      logger,
    }),
  );
  const noted = trackedFlows({ elements: lifetime.own(openNftElements()), nft });
  return {
    firewall: afterReplaceAll(backend, (policies) => {
      if (others.length > 0) nftTables(nft, settings, others, false).dropTables();
      dropIptablesIfThere(families, logger, policies);
    }),
    tracked: {
      take: (address) =>
        !settings.families.includes(address.includes(':') ? 6 : 4) || noted.take(address),
    },
    reloadedAt: () => guard.reloadedAt,
  };
}

function openIptables({ settings, lifetime, logger }: Parts): HostFirewall {
  const tools = findIptables(settings.families);
  const nft = openNftIfThere(lifetime);
  const frames = nft && frameTables(nft, settings.policies);
  const others = families.filter((family) => !settings.families.includes(family));
  const backend = iptablesFirewall({
    families: settings.families,
    raw: settings.raw ?? true,
    settings: settings.policies,
    run: tools.run,
    frames: () => frames,
  });
  const stamp = openStamp(tools.variant, settings.families);
  const firewall = lifetime.own(new WatchedIptables({ firewall: backend, stamp, logger }));
  const guard = lifetime.own(new FirewallGuard({ firewall, clock: systemClock, logger }));
  return {
    firewall: afterReplaceAll(firewall, () => {
      if (nft) nftTables(nft, settings, families, false).dropTables();
      dropIptablesIfThere(others, logger);
    }),
    // iptables notes nothing.
    tracked: { take: () => true },
    reloadedAt: () => guard.reloadedAt,
  };
}

/** The tables of some families, with or without that of frames. */
function tablesOf(
  { policies }: HostFirewallSettings,
  some: readonly (4 | 6)[],
  frames: boolean,
): NftTable[] {
  const names: readonly string[] = [
    ...some.map((family) => familyName[family]),
    ...(frames ? ['bridge'] : []),
  ];
  return baseTables(policies).filter(({ family }) => names.includes(family));
}

/** The same as something to install in and to drop. */
function nftTables(
  nft: NftContext,
  settings: HostFirewallSettings,
  some: readonly (4 | 6)[],
  frames: boolean,
): NftFirewall {
  return new NftFirewall({ nft, tables: tablesOf(settings, some, frames) });
}

/** Leaves out what belongs to other families; the frames of a bridge are of no family. */
function ofFamilies(tables: FragmentTables, some: readonly (4 | 6)[]): FragmentTables {
  if (families.every((family) => some.includes(family))) return tables;
  const names = ['bridge', ...some.map((family) => familyName[family])];
  const only = (fragments: Parameters<FragmentTables['install']>[0]) =>
    fragments.filter(({ family }) => names.includes(family));
  return {
    install: (fragments) => tables.install(only(fragments)),
    remove: (owners) => tables.remove(owners),
    replaceAll: (fragments) => tables.replaceAll(only(fragments)),
    rebuild: () => tables.rebuild(),
  };
}

function openNftIfThere(lifetime: Lifetime): NftContext | undefined {
  try {
    return lifetime.own(openNft());
  } catch (error) {
    if (error instanceof Unavailable) return undefined;
    throw error;
  }
}

/**
 * A host without iptables has nothing that we could have left there, and one where it doesn't work shall not keep the
 * daemon from starting. `policies` are those of another program now.
 */
function dropIptablesIfThere(
  some: readonly (4 | 6)[],
  logger: Logger,
  policies: readonly FirewallPolicy[] = [],
): void {
  if (some.length === 0 || !hasIptables()) return;
  const closed = policies.flatMap((policy) =>
    policy.kind === 'forwarding' ? [policy.family] : [],
  );
  try {
    dropIptables(some, runTool, closed);
  } catch (error) {
    logger.warn('cannot tell whether there are rules of ours left in iptables', {
      error: messageOf(error),
    });
  }
}
