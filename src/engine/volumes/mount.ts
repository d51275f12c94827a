import { join } from 'node:path';
import { messageOf, NotFound, System } from '../../base/errors.js';
import type { VolumeMount } from '../containers/mounts/volumes.js';
import type { VolumesContext } from './context.js';
import { volumeEvent } from './events.js';
import { findVolume, recorded } from './find.js';
import type { VolumeRecord, VolumeUse } from './model.js';
import { exposeSubpath, hideSubpaths } from './subpath.js';

/** Volumes in running containers. Which they are is known by the uses; those that drivers must be told of are on disk. */
export class VolumeMounts {
  readonly #context: VolumesContext;
  readonly #uses = new Map<string, VolumeUse>();
  /** Containers of uses that are held by something else, by the use's id. */
  readonly #containers = new Map<string, string>();

  constructor(context: VolumesContext) {
    this.#context = context;
  }

  /** Makes a volume usable and answers where it is. @throws System `error while mounting volume '...': ...` */
  async mount(mount: VolumeMount): Promise<string> {
    const { volume, container, holder = container, subpath } = mount;
    const { record, use, path } = await this.begin(volume, holder);
    if (holder !== container) this.#containers.set(use.id, container);
    const shown = subpath === '' ? path : this.expose({ path, subpath, holder, name: use.id });
    const { destination, writable, propagation } = mount;
    this.#context.emit(
      volumeEvent('mount', record, {
        container,
        destination,
        'read/write': String(writable),
        propagation,
      }),
    );
    return shown;
  }

  /** Begins a use, of which nobody is told. */
  async begin(
    volume: string,
    container: string,
  ): Promise<{ record: VolumeRecord; use: VolumeUse; path: string }> {
    const { ids, locks, uses } = this.#context;
    return locks.run(volume, async () => {
      const { record, driver } = await findVolume(this.#context, volume);
      const use = { id: ids.id(), volume, driver: driver.name, container };
      // First the note, then the act: a crash in between is told to the driver as the end of this use.
      if (driver.tracks(record)) await uses.save(use.id, use);
      this.#uses.set(use.id, use);
      try {
        return { record, use, path: await driver.mount(record, use.id) };
      } catch (error) {
        this.#uses.delete(use.id);
        await uses.remove(use.id);
        const { mountpoint } = (await driver.get(volume).catch(() => undefined)) ?? {};
        throw mountFailure(mountpoint || volume, error);
      }
    });
  }

  /** Ends one. */
  async end(use: VolumeUse): Promise<void> {
    const { drivers, locks, uses } = this.#context;
    await locks.run(use.volume, async () => {
      this.#uses.delete(use.id);
      const record = recorded(this.#context, use.volume) ?? bare(use);
      const driver = await drivers.get(use.driver);
      if (driver.tracks(record)) await driver.unmount(record, use.id);
      await uses.remove(use.id);
    });
  }

  /** What was made for the runtime alone goes. */
  settle(holder: string): void {
    hideSubpaths(join(this.#context.subpathsDir, holder));
  }

  /** Ends all uses of a container, or of another holder. @throws what went wrong first, when all were tried */
  async endAll(holder: string): Promise<void> {
    this.settle(holder);
    const failures: unknown[] = [];
    for (const use of [...this.#uses.values()].filter((one) => one.container === holder)) {
      const container = this.#containers.get(use.id) ?? holder;
      this.#containers.delete(use.id);
      await this.end(use).catch((error: unknown) => failures.push(error));
      this.#context.emit(
        volumeEvent('unmount', { name: use.volume, driver: use.driver }, { container }),
      );
    }
    if (failures.length > 0) throw failures[0];
  }

  /** A use goes on over a restart of the daemon. */
  resume(use: VolumeUse): void {
    this.#uses.set(use.id, use);
    const record = recorded(this.#context, use.volume);
    if (use.driver === this.#context.local.name && record)
      this.#context.local.resume(record, use.id);
  }

  /** Shows a part of a folder until the holder is settled. @throws NotFound, InvalidParameter */
  expose({
    path,
    subpath,
    holder,
    name,
  }: {
    path: string;
    subpath: string;
    holder: string;
    name: string;
  }): string {
    const at = join(this.#context.subpathsDir, holder, name);
    exposeSubpath(path, subpath, at);
    return at;
  }
}

/** Enough of a volume whose record is gone to end its use. */
function bare({ volume: name, driver }: VolumeUse): VolumeRecord {
  return { name, driver, created: '', labels: null, options: null };
}

function mountFailure(path: string, error: unknown): Error {
  if (error instanceof NotFound) return error;
  return new System(`error while mounting volume '${path}': ${messageOf(error)}`);
}
