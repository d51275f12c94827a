import { openNftGeneration } from '../../native/nft-generation.js';
import { openXtablesInfo } from '../../native/xtables-info.js';
import type { Meddling } from './firewall-guard.js';
import type { IptablesVariant } from './iptables-tools.js';

/** Something that is another whenever anyone has changed the tables; costs microseconds to read. */
export interface TablesStamp extends Disposable {
  /** `by` is who changed something last, as far as the kernel knows. */
  read(): { readonly text: string; readonly by: Meddling };
}

const tables = ['raw', 'mangle', 'filter', 'nat'];

/** The stamp for the host's implementation, in the calling thread's network namespace. @throws SyscallError */
export function openStamp(variant: IptablesVariant, families: readonly (4 | 6)[]): TablesStamp {
  const generation = openNftGeneration();
  // The table of frames is nf_tables' in either case.
  const xtables = variant === 'legacy' ? families.map(openXtablesInfo) : [];
  return {
    read() {
      const { id, ...by } = generation.read();
      const infos = xtables.flatMap((info) => tables.map((table) => info.read(table)));
      return { text: [id, ...infos].join(' '), by: variant === 'nft' ? by : {} };
    },
    [Symbol.dispose]() {
      generation[Symbol.dispose]();
      for (const info of xtables) info[Symbol.dispose]();
    },
  };
}
