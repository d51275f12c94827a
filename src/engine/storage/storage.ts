import { join } from 'node:path';
import type { Ids } from '../../base/ids.js';
import type { Logger } from '../../base/logger.js';
import { DurableStore } from '../state/durable-store.js';
import type { ChainId } from './digest.js';
import type { StorageDriver } from './driver.js';
import type { Extractor } from './extract/extract.js';
import { LayerStore } from './layer-store.js';
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
  readonly ids: Ids;
  readonly logger: Logger;
}

/** All that lies on disk of images and containers. Call {@link reconcile} once at start. */
export class Storage {
  readonly layers: LayerStore;
  readonly rootfs: Rootfs;
  readonly #driver: StorageDriver;
  readonly #logger: Logger;
  readonly #rootfsRecords: DurableStore<RootfsRecord>;

  private constructor({ dataRoot, driver, extractor, ids, logger }: StorageOptions) {
    const folder = join(dataRoot, 'image', driver.name);
    const layerRecords = new DurableStore<LayerRecord>({
      folder: join(folder, 'layers'),
      decode: decodeLayerRecord,
      logger,
    });
    this.#rootfsRecords = new DurableStore<RootfsRecord>({
      folder: join(folder, 'rootfs'),
      decode: decodeRootfsRecord,
      logger,
    });
    this.#driver = driver;
    this.#logger = logger;
    this.layers = new LayerStore({ driver, records: layerRecords, extractor, ids, logger });
    this.rootfs = new Rootfs({ driver, layers: this.layers, records: this.#rootfsRecords });
  }

  /** Reads the records, after a test that the driver works. @throws Unavailable saying why it doesn't */
  static async open(options: StorageOptions): Promise<Storage> {
    await options.driver.check();
    return new Storage(options);
  }

  /** The driver's name, e.g. `overlay2`. */
  get driverName(): string {
    return this.#driver.name;
  }

  /**
   * Repairs what a crash left: unmounts every container but those of `mounted`, removes writable layers of
   * none of `live`, layers that were not finished, and forgets layers whose files are gone.
   */
  async reconcile(live: Iterable<string>, mounted: Iterable<string>): Promise<void> {
    const containers = new Set(live);
    const stayMounted = new Set(mounted);
    await this.layers.dropBroken();
    const layers = new Set(this.layers.all().map(({ id }) => id));
    for (const { id } of this.#rootfsRecords.values())
      if (!containers.has(id)) await this.rootfs.remove(id);
    for (const id of await this.#driver.list()) {
      if (layers.has(id)) continue;
      if (containers.has(id)) {
        if (!stayMounted.has(id)) await this.#driver.unmount(id);
      } else {
        this.#logger.info('removing what a crash left', { folder: id });
        await this.#driver.remove(id);
      }
    }
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
      Data: top === undefined ? {} : this.#driver.describe(top, below),
    };
  }
}
