import type { VolumeRecord } from '../model.js';
import type { VolumeFolders } from './folders.js';

/** What is to be done about folders and records that don't agree. */
export interface FolderRepair {
  /** Removals that were begun: the folder goes, and the record unless there is a new folder. */
  readonly clear: readonly string[];
  readonly forget: readonly string[];
  /** Records without a folder: they were just being made. */
  readonly make: readonly string[];
  /** Folders without a record: somebody put them there, or the record was lost. */
  readonly adopt: readonly string[];
}

/** Compares the folders with the records of local volumes. */
export function planRepair(
  found: { readonly names: readonly string[]; readonly retired: readonly string[] },
  recorded: readonly string[],
): FolderRepair {
  const there = new Set(found.names);
  const forget = found.retired.filter((name) => recorded.includes(name) && !there.has(name));
  return {
    clear: found.retired,
    forget,
    make: recorded.filter((name) => !there.has(name) && !forget.includes(name)),
    adopt: found.names.filter((name) => !recorded.includes(name)),
  };
}

/** Records of local volumes, as the repair changes them. */
interface LocalRecords {
  names(): readonly string[];
  forget(name: string): Promise<void>;
  adopt(record: Pick<VolumeRecord, 'name'>): Promise<void>;
}

/** Brings folders and records together at a start. */
export async function repairFolders(
  folders: VolumeFolders,
  records: LocalRecords,
): Promise<FolderRepair> {
  const found = { names: folders.names(), retired: folders.retired() };
  const repair = planRepair(found, records.names());
  for (const name of repair.forget) await records.forget(name);
  for (const name of repair.clear) await folders.clear(name);
  for (const name of repair.make) folders.make(name);
  for (const name of repair.adopt) await records.adopt({ name });
  return repair;
}
