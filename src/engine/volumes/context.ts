import type { Clock } from '../../base/clock.js';
import type { Ids } from '../../base/ids.js';
import type { Logger } from '../../base/logger.js';
import type { KeyedMutex } from '../../base/mutex.js';
import type { VolumeDrivers } from './drivers.js';
import type { VolumeEvent } from './events.js';
import type { LocalDriver } from './local/driver.js';
import type { VolumeFolders } from './local/folders.js';
import type { VolumeFate, VolumeRecord, VolumeUse } from './model.js';
import type { References } from './references.js';

/** Stored records of one kind. */
export interface Records<T> {
  get(key: string): T | undefined;
  values(): readonly T[];
  save(key: string, record: T): Promise<void>;
  remove(key: string): Promise<void>;
}

/** Everything that the verbs on volumes work with. */
export interface VolumesContext {
  /** By {@link recordKey}. */
  readonly records: Records<VolumeRecord>;
  /** By the id of the use. */
  readonly uses: Records<VolumeUse>;
  /** By container. */
  readonly fates: Records<VolumeFate>;
  readonly drivers: VolumeDrivers;
  readonly local: LocalDriver;
  readonly folders: VolumeFolders;
  readonly references: References;
  /** By the volume's name: whatever changes one waits for what is under way. */
  readonly locks: KeyedMutex;
  /** Where parts of volumes are shown to the runtime, see `subpath.ts`. Volatile. */
  readonly subpathsDir: string;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly logger: Logger;
  emit(event: VolumeEvent): void;
}
