import type { VolumesBackend } from '../../api/server/backends/volumes.js';
import type { Filters } from '../../api/types/system.js';
import type {
  VolumeCreate,
  VolumeList,
  VolumesPruned,
  VolumeView,
} from '../../api/types/volume.js';
import { Conflict, messageOf } from '../../base/errors.js';
import type { VolumesContext } from './context.js';
import { createVolume } from './create.js';
import { listFilter, pruneFilter } from './filters.js';
import { type FoundVolume, findVolume } from './find.js';
import { listVolumes, plainVolumes, sizeOfVolume, usedVolumes } from './list.js';
import { removeVolume } from './remove.js';
import { volumeView } from './view.js';

/** Volumes for the API. */
export class Volumes implements VolumesBackend {
  readonly #context: VolumesContext;
  #isPruning = false;

  constructor(context: VolumesContext) {
    this.#context = context;
  }

  async list(filters: Filters): Promise<VolumeList> {
    const { volumes, warnings } = await listVolumes(this.#context, listFilter(filters));
    return { Volumes: volumes, Warnings: warnings.length > 0 ? warnings : null };
  }

  async inspect(name: string): Promise<VolumeView> {
    return view(await findVolume(this.#context, name), true);
  }

  async create({ Name, Driver, DriverOpts, Labels }: VolumeCreate): Promise<VolumeView> {
    const wanted = { name: Name, driver: Driver, options: DriverOpts, labels: Labels };
    return view(await createVolume(this.#context, wanted), false);
  }

  remove(name: string, options: { force: boolean }): Promise<void> {
    return removeVolume(this.#context, name, options);
  }

  async prune(filters: Filters): Promise<VolumesPruned> {
    if (this.#isPruning) throw new Conflict('a prune operation is already running');
    this.#isPruning = true;
    try {
      return await this.#prune(filters);
    } finally {
      this.#isPruning = false;
    }
  }

  /** Local volumes with their sizes, for `GET /system/df`. Those with options are not on this disk, or not files. */
  usage(): Promise<VolumeView[]> {
    return usedVolumes(this.#context);
  }

  async #prune(filters: Filters): Promise<VolumesPruned> {
    const wanted = pruneFilter(filters);
    const deleted: string[] = [];
    let reclaimed = 0;
    for (const record of plainVolumes(this.#context)) {
      const { name } = record;
      if (!wanted(record, this.#context.references.of(name).length > 0)) continue;
      const size = await sizeOfVolume(this.#context, name);
      try {
        await removeVolume(this.#context, name, { force: false });
      } catch (error) {
        this.#context.logger.warn('volume not pruned', { volume: name, error: messageOf(error) });
        continue;
      }
      deleted.push(name);
      reclaimed += Math.max(0, size);
    }
    this.#context.emit({
      action: 'prune',
      volume: '',
      attributes: { reclaimed: String(reclaimed) },
    });
    return { VolumesDeleted: deleted, SpaceReclaimed: reclaimed };
  }
}

async function view({ record, driver, told }: FoundVolume, withStatus: boolean) {
  return volumeView(record, { told, scope: await driver.scope(), withStatus });
}
