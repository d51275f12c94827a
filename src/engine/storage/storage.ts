import { join } from 'node:path';
import type { IdMaps } from '../../base/id-mapping.js';
import type { Ids } from '../../base/ids.js';
import type { Logger } from '../../base/logger.js';
import { DurableStore } from '../state/durable-store.js';
import type { ChainId } from './digest.js';
import type { StorageDriver } from './driver.js';
import type { Extractor } from './extract/extract.js';
import { LayerStore } from './layer-store.js';
import { type LostRecordsOptions, recoverLayers } from './lost-records.js';
import {
  decodeLayerRecord,
  decodeRootfsRecord,
  type LayerRecord,
  type RootfsRecord,
} from './records.js';
import { type GraphDriver, Rootfs } from './rootfs.js';

/** What storage is made of. */
export interface StorageOptions {
  /** Where records go: `<dataRoot>/image/<driver>/{layers,rootfs}`. */
  readonly dataRoot: string;
  readonly driver: StorageDriver;
  readonly extractor: Extractor;
  /** What users and groups of images and containers are on the disk; the driver must have been opened with the same. */
  readonly maps?: IdMaps | undefined;
  /** Adds to the root of a container, at this path, what every container has. */
  readonly furnish?: ((root: string) => void) | undefined;
  readonly ids: Ids;
  readonly logger: Logger;
}

/** All that lies on disk of images and containers. Call {@link reconcile} once at start. */
export class Storage implements AsyncDisposable {
  readonly layers: LayerStore;
  readonly rootfs: Rootfs;
  readonly #driver: StorageDriver;
  readonly #lost: LostRecordsOptions;

  /** Reads the records. The driver was found to work before. */
  constructor({ dataRoot, driver, extractor, maps, furnish, ids, logger }: StorageOptions) {
    const folder = join(dataRoot, 'image', driver.name);
    const layerRecords = new DurableStore<LayerRecord>({
      folder: join(folder, 'layers'),
      decode: decodeLayerRecord,
      logger,
    });
    const rootfsRecords = new DurableStore<RootfsRecord>({
      folder: join(folder, 'rootfs'),
      decode: decodeRootfsRecord,
      logger,
    });
    this.#driver = driver;
    this.#lost = { driver, records: layerRecords, setAside: layerRecords.setAside, logger };
    this.layers = new LayerStore({ driver, records: layerRecords, extractor, maps, ids, logger });
    this.rootfs = new Rootfs({
      driver,
      layers: this.layers,
      records: rootfsRecords,
      setAside: rootfsRecords.setAside,
      maps,
      furnish,
      logger,
    });
  }

  /** Waits until what was added is safe on disk. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.layers.settled();
  }

  /** What `docker info` tells of the driver. */
  get driverStatus(): readonly (readonly [name: string, value: string])[] {
    return this.#driver.status();
  }

  /** The driver's name, e.g. `overlay2`. */
  get driverName(): string {
    return this.#driver.name;
  }

  /** See {@link recoverLayers} and {@link Rootfs.reconcile}. */
  async reconcile(live: Iterable<string>, mounted: Iterable<string>): Promise<void> {
    await recoverLayers(this.#lost);
    await this.rootfs.reconcile(live, mounted);
  }

  /** Removes the layers that neither the chains of `imageChains` nor containers use. See {@link LayerStore.collect}. */
  async collect(imageChains: () => Iterable<ChainId>): Promise<LayerRecord[]> {
    return await this.layers.collect(() => [...imageChains(), ...this.rootfs.usedChains()]);
  }

  /** How `docker image inspect` shows where the image's files are. @throws NotFound */
  describe(chainId: ChainId | undefined): GraphDriver {
    const [top, ...below] = this.layers.idsOf(chainId);
    return {
      Name: this.#driver.name,
      Data: top === undefined ? null : this.#driver.describe(top, below),
    };
  }
}
