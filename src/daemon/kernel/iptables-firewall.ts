import { Unavailable } from '../../base/errors.js';
import { IptablesBackend } from '../../cnm/firewall/iptables/backend.js';
import { iptablesBase } from '../../cnm/firewall/iptables/base.js';
import { iptablesFamily } from '../../cnm/firewall/iptables/family.js';
import { FrameFilter, type FrameTables } from '../../cnm/firewall/iptables/frames.js';
import type { FirewallSettings } from '../../cnm/firewall/model.js';
import {
  commandLines,
  IptablesError,
  IptablesFirewall,
  IptablesSync,
  type RunToolSync,
  renderAdd,
} from '../../native/iptables-wrapper/index.js';

/** What the iptables backend is made of. */
export interface IptablesParts {
  readonly families: readonly (4 | 6)[];
  /** Whether to use the raw table; without it containers may be addressed directly. */
  readonly raw: boolean;
  readonly settings: FirewallSettings;
  readonly run: RunToolSync;
  /** The table of frames; undefined where the host has no nftables. */
  readonly frames: () => FrameTables | undefined;
}

/** The iptables backend over the host's programs. */
export function iptablesFirewall(parts: IptablesParts): IptablesBackend {
  const { families, raw, settings, run, frames } = parts;
  const tables = new Map(
    families.map((family) => [family, familyTables(family, raw, run)] as const),
  );
  return new IptablesBackend({
    tables,
    frames: new FrameFilter({ open: frames, settings }),
    settings,
    options: { raw },
    commands: (family, groups) => commandLines(renderAdd(groups), iptablesFamily[family].program),
  });
}

/**
 * Takes what the backend has left in the kernel away, without a model of it. Where FORWARD got the policy DROP from
 * us, `opened` says that another program keeps that verdict now: left as it is it would drop what that one lets
 * through.
 */
export function dropIptables(
  families: readonly (4 | 6)[],
  run: RunToolSync,
  opened: readonly (4 | 6)[],
): void {
  for (const family of families) {
    const accept = { table: 'filter', chain: 'FORWARD', policy: 'ACCEPT' } as const;
    familyTables(family, true, run).drop(opened.includes(family) ? [accept] : []);
  }
}

function familyTables(family: 4 | 6, raw: boolean, run: RunToolSync): IptablesFirewall {
  const tables = new IptablesSync({ family, run });
  return new IptablesFirewall({
    base: iptablesBase(family, { raw }),
    tables: {
      save: () => tables.save(),
      restore: (batch) => explained(() => tables.restore(batch)),
    },
  });
}

/** A kernel without the raw table is told from other trouble by the lines that only that table has. */
function explained(restore: () => void): void {
  try {
    restore();
  } catch (error) {
    if (!(error instanceof IptablesError) || !/\braw\b|REMOTE LOOPBACK/.test(error.message))
      throw error;
    throw new Unavailable(
      'the kernel has no raw table, which keeps others from addressing containers directly: load the module iptable_raw (ip6table_raw), or set DOCKER_INSECURE_NO_IPTABLES_RAW=1 to do without',
      { cause: error },
    );
  }
}
