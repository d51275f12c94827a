import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { NotFound, System } from '../../base/errors.js';
import type { IdMaps } from '../../base/id-mapping.js';
import type { Logger } from '../../base/logger.js';
import { KeyedMutex } from '../../base/mutex.js';
import type { ObjectStore } from '../state/json-store.js';
import type { ChainId } from './digest.js';
import type { Change, StorageDriver } from './driver.js';
import type { LayerStore } from './layer-store.js';
import { packTree } from './pack.js';
import type { RootfsRecord } from './records.js';
import { WritableSizes } from './writable-sizes.js';

/** What containers' root file systems are made with. */
export interface RootfsOptions {
  readonly driver: StorageDriver;
  readonly layers: LayerStore;
  /** Durable; keys are container ids. */
  readonly records: ObjectStore<RootfsRecord>;
  /** Keys of records that could not be read. */
  readonly setAside: readonly string[];
  /** What users and groups of containers are on the disk. */
  readonly maps?: IdMaps | undefined;
  /** Adds to the root of a container, at this path, what every container has. Done whenever it has been mounted. */
  readonly furnish?: ((root: string) => void) | undefined;
  readonly logger: Logger;
}

/** How `docker inspect` shows where files are. */
export interface GraphDriver {
  readonly Name: string;
  /** Null for a driver that has nothing to tell. */
  readonly Data: Readonly<Record<string, string>> | null;
}

/** The root file systems of containers: a writable layer on the layers of an image. */
export class Rootfs {
  readonly #options: RootfsOptions;
  /** Mounting for an export and unmounting exclude one another, by container. */
  readonly #turns = new KeyedMutex();
  readonly #sizes = new WritableSizes();
  /** Images that containers have mounted, by container. */
  readonly #views = new Map<string, string[]>();

  constructor(options: RootfsOptions) {
    this.#options = options;
    for (const { id, of } of options.records.values()) if (of !== undefined) this.#note(of, id);
  }

  /** The chains that containers lie on. */
  usedChains(): ChainId[] {
    return this.#options.records.values().flatMap(({ chainId }) => chainId ?? []);
  }

  /** Makes the writable layer of a new container. @throws NotFound if the image's layers aren't here */
  async prepare(containerId: string, chainId: ChainId | undefined): Promise<void> {
    await this.#make({ id: containerId, ...(chainId && { chainId }) });
  }

  /**
   * Makes a tree of an image for a container to mount, as `mount` does by its id. It is unmounted and removed together with
   * the container's own. @throws NotFound if the image's layers aren't here
   */
  async prepareView(
    containerId: string,
    viewId: string,
    chainId: ChainId | undefined,
  ): Promise<void> {
    this.#note(containerId, viewId);
    await this.#make({ id: viewId, of: containerId, ...(chainId && { chainId }) });
  }

  async #make(record: RootfsRecord): Promise<void> {
    const { id, chainId } = record;
    const { driver, layers, records } = this.#options;
    using hold = layers.hold();
    const parents = layers.idsOf(chainId);
    if (chainId !== undefined) hold.keep(chainId);
    // Folders first: folders without a record are swept away at start, a record promises folders.
    await driver.create(id, parents);
    await records.save(id, record);
  }

  #note(containerId: string, viewId: string): void {
    this.#views.set(containerId, [...(this.#views.get(containerId) ?? []), viewId]);
  }

  #viewsOf(containerId: string): readonly string[] {
    return this.#views.get(containerId) ?? [];
  }

  /** Mounts the container's root and answers where; one that is mounted already stays. @throws System */
  mount(containerId: string): string {
    const parents = this.#parents(containerId);
    const isNew = this.#sizes.mounted(containerId);
    const root = this.#options.driver.mount(containerId, parents);
    // A container may remove them while it runs. An image that it mounts has none.
    if (isNew && this.#record(containerId).of === undefined) this.#options.furnish?.(root);
    return root;
  }

  /** Unmounts it; one that isn't mounted is fine. An export under way keeps reading what it reads. */
  async unmount(containerId: string): Promise<void> {
    await this.#turns.run(containerId, async () => {
      for (const id of this.#viewsOf(containerId)) await this.#options.driver.unmount(id);
      await this.#options.driver.unmount(containerId);
      this.#sizes.unmounted(containerId);
    });
  }

  /** Unmounts and removes the writable layer; one that is gone is fine. */
  async remove(containerId: string): Promise<void> {
    const { driver, records } = this.#options;
    await this.#turns.run(containerId, async () => {
      const ids = [...this.#viewsOf(containerId), containerId];
      for (const id of ids) await driver.unmount(id);
      // Not one after the other: a record without folders, after a power cut, is nobody's either.
      const removals = ids.flatMap((id) => [records.remove(id), driver.remove(id)]);
      await Promise.allSettled(removals);
      await Promise.all(removals);
      this.#views.delete(containerId);
      this.#sizes.forget(containerId);
    });
  }

  /** What the container has changed, by path. @throws System */
  async changes(containerId: string): Promise<Change[]> {
    return await this.#options.driver.changes(containerId, this.#parents(containerId));
  }

  /** The same as a layer tar, for a commit. @throws System */
  changesTar(containerId: string): Readable {
    return this.#options.driver.changesTar(containerId, this.#parents(containerId));
  }

  /**
   * All files of the container as a tar. One that wasn't mounted is afterwards: whoever knows that nobody has started it
   * meanwhile unmounts it, once the tar is closed. @throws System
   */
  async exportTar(containerId: string): Promise<Readable> {
    return await this.#turns.run(containerId, async () => {
      const root = await open(this.mount(containerId), 'r');
      const tar = packTree(`/proc/self/fd/${root.fd}`, { maps: this.#options.maps });
      tar.once('close', () => void root.close().catch(() => {}));
      return tar;
    });
  }

  /**
   * Bytes in the files that the container has written (`SizeRw`), and in all (`SizeRootFs`). Counted once for a
   * container that isn't mounted, for it doesn't change. @throws System
   */
  async size(containerId: string): Promise<{ writable: number; total: number }> {
    const { chainId } = this.#record(containerId);
    const writable = await this.#sizes.of(containerId, () =>
      this.#options.driver.changesSize(containerId, this.#parents(containerId)),
    );
    return { writable, total: writable + this.#options.layers.sizeOf(chainId) };
  }

  /**
   * Once at start: repairs what a crash left. Unmounts every container but those of `mounted`, removes
   * writable layers of none of `live` and layers that were not finished, forgets layers whose files are gone.
   */
  async reconcile(live: Iterable<string>, mounted: Iterable<string>): Promise<void> {
    const { driver, layers, records, logger } = this.#options;
    const withViews = (ids: Iterable<string>) =>
      new Set([...ids].flatMap((id) => [id, ...this.#viewsOf(id)]));
    const [containers, stayMounted] = [withViews(live), withViews(mounted)];
    for (const id of stayMounted) this.#sizes.mounted(id);
    await layers.dropBroken();
    const complete = new Set(layers.all().map(({ id }) => id));
    for (const { id } of records.values()) if (!containers.has(id)) await this.remove(id);
    for (const id of await driver.list()) {
      if (complete.has(id) || stayMounted.has(id)) continue;
      if (containers.has(id)) await driver.unmount(id);
      else {
        logger.info('removing what a crash left', { folder: id });
        await driver.remove(id);
      }
    }
  }

  /** For `docker inspect`, which must work for a container that has lost its files too. */
  graphDriver(containerId: string): GraphDriver {
    const { driver, records } = this.#options;
    const isThere = records.has(containerId);
    const Data = isThere ? driver.describe(containerId, this.#parents(containerId)) : null;
    return { Name: driver.name, Data };
  }

  #parents(containerId: string): string[] {
    return this.#options.layers.idsOf(this.#record(containerId).chainId);
  }

  #record(containerId: string): RootfsRecord {
    const record = this.#options.records.get(containerId);
    // Its files go before it does.
    if (record !== undefined) return record;
    if (this.#options.setAside.includes(containerId))
      throw new System(
        `container ${containerId} has lost its root file system: the record of it could not be read`,
      );
    throw new NotFound(`No such container: ${containerId}`);
  }
}
