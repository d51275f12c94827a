import type { Filters } from '../../types/system.js';
import type { VolumeCreate, VolumeList, VolumesPruned, VolumeView } from '../../types/volume.js';

/** Volumes as the server needs them. A volume is meant by its name alone. */
export interface VolumesBackend {
  list(filters: Filters): Promise<VolumeList>;
  inspect(name: string): Promise<VolumeView>;
  /** One that is there already is fine, whatever its options; of another driver it is a Conflict. */
  create(body: VolumeCreate): Promise<VolumeView>;
  /** `force`: one that isn't there is fine. @throws Conflict while a container has it */
  remove(name: string, options: { force: boolean }): Promise<void>;
  /** Removes local volumes that no container has: anonymous ones, or by the filter `all` all. */
  prune(filters: Filters): Promise<VolumesPruned>;
}
