import { openNftGeneration } from '../../native/nft-generation.js';
import { openXtablesInfo } from '../../native/xtables-info.js';
import type { IptablesVariant } from './iptables-tools.js';

/** Something that is another whenever anyone has changed the tables; costs microseconds to read. */
export interface TablesStamp extends Disposable {
  read(): string;
}

const tables = ['raw', 'mangle', 'filter', 'nat'];

/** The stamp for the host's implementation, in the calling thread's network namespace. @throws SyscallError */
export function openStamp(variant: IptablesVariant, families: readonly (4 | 6)[]): TablesStamp {
  const generation = openNftGeneration();
  // The table of frames is nf_tables' in either case.
  const xtables = variant === 'legacy' ? families.map(openXtablesInfo) : [];
  return {
    read: () =>
      [
        generation.read(),
        ...xtables.flatMap((info) => tables.map((table) => info.read(table))),
      ].join(' '),
    [Symbol.dispose]() {
      generation[Symbol.dispose]();
      for (const info of xtables) info[Symbol.dispose]();
    },
  };
}
