import type { Fd } from '../../native/fd.js';
import type {
  ClaimedVolume,
  ContainerVolumes,
  VolumeClaim,
  VolumeHolder,
  VolumeMount,
} from '../containers/mounts/volumes.js';
import type { VolumesContext } from './context.js';
import { asAnonymous, createVolume } from './create.js';
import { fillVolume, isFillable } from './fill.js';
import { VolumeMounts } from './mount.js';
import { discardVolumes, restoreVolumes } from './restore.js';

/** What containers do with volumes. */
export class VolumesForContainers implements ContainerVolumes {
  readonly #context: VolumesContext;
  readonly #mounts: VolumeMounts;

  constructor(context: VolumesContext) {
    this.#context = context;
    this.#mounts = new VolumeMounts(context);
  }

  inventName(): string {
    return this.#context.ids.id();
  }

  async promise(container: string, volumes: readonly string[]): Promise<void> {
    const { fates } = this.#context;
    if (volumes.length > 0) await fates.save(container, { container, volumes });
    else await fates.remove(container);
  }

  async claim(container: string, claim: VolumeClaim): Promise<ClaimedVolume> {
    const { isAnonymous, ...draft } = claim;
    const wanted = isAnonymous ? asAnonymous(draft) : draft;
    const { record, told } = await createVolume(this.#context, { ...wanted, container });
    return { name: record.name, driver: record.driver, mountpoint: told.mountpoint };
  }

  release(container: string, volumes: readonly string[]): void {
    for (const volume of volumes) this.#context.references.remove(volume, container);
  }

  discard(volumes: readonly string[]): Promise<void> {
    return discardVolumes(this.#context, volumes);
  }

  isFillable(volume: string, subpath: string): Promise<boolean> {
    return isFillable(this.#context, volume, subpath);
  }

  fill(
    { container, volume, subpath }: Pick<VolumeMount, 'container' | 'volume' | 'subpath'>,
    from: Fd,
  ): Promise<void> {
    return fillVolume(this.#context, this.#mounts, { container, volume, subpath, from });
  }

  mount(mount: VolumeMount): Promise<string> {
    return this.#mounts.mount(mount);
  }

  expose(part: { path: string; subpath: string; holder: string; name: string }): string {
    return this.#mounts.expose(part);
  }

  async settle(holder: string): Promise<void> {
    this.#mounts.settle(holder);
  }

  unmountAll(holder: string): Promise<void> {
    return this.#mounts.endAll(holder);
  }

  restore(holders: readonly VolumeHolder[]): Promise<void> {
    return restoreVolumes(this.#context, this.#mounts, holders);
  }
}
