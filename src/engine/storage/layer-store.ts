import { existsSync } from 'node:fs';
import { Readable } from 'node:stream';
import { InvalidParameter, messageOf, NotFound, System } from '../../base/errors.js';
import type { IdMaps } from '../../base/id-mapping.js';
import type { Ids } from '../../base/ids.js';
import type { Logger } from '../../base/logger.js';
import { KeyedMutex } from '../../base/mutex.js';
import type { ObjectStore } from '../state/json-store.js';
import {
  type ChainId,
  chainIdOn,
  type DiffId,
  type Digest,
  digestStream,
  hexOf,
} from './digest.js';
import type { StorageDriver } from './driver.js';
import type { Extracted, Extractor, TarSource } from './extract/extract.js';
import { assembleTar } from './extract/skeleton.js';
import { type LayerHold, LayerHolds } from './layer-hold.js';
import { LayerSync } from './layer-sync.js';
import type { LayerRecord } from './records.js';

/** What a layer store works with. */
export interface LayerStoreOptions {
  readonly driver: StorageDriver;
  /** Durable; keys are the hex digits of chain ids. */
  readonly records: ObjectStore<LayerRecord>;
  readonly extractor: Extractor;
  /** What users and groups of layers are on the disk. */
  readonly maps?: IdMaps | undefined;
  readonly ids: Ids;
  readonly logger: Logger;
}

/** A layer to be added. */
export interface NewLayer {
  readonly source: TarSource;
  /** What it lies on; none for the lowest. */
  readonly parent?: ChainId | undefined;
  /** Keeps the layer until the caller has recorded its use. */
  readonly hold: LayerHold;
  /** Refuse it if it isn't this, see {@link Extracted}. */
  readonly expect?: { readonly digest?: Digest | undefined; readonly diffId?: DiffId | undefined };
}

/**
 * The read-only layers of all images, each stored once and known by its chain id. A layer counts from
 * the moment that its record is saved, which is last; files without a record are leftovers. Nothing
 * counts users: who uses a layer is asked when it matters.
 */
export class LayerStore {
  readonly #options: LayerStoreOptions;
  readonly #holds = new LayerHolds();
  /** Being removed: not there any more for anyone. */
  readonly #dying = new Set<ChainId>();
  readonly #turns = new KeyedMutex();
  readonly #sync: LayerSync;

  constructor(options: LayerStoreOptions) {
    this.#options = options;
    const { driver, logger } = options;
    const synced = (layer: LayerRecord) => this.#synced(layer);
    this.#sync = new LayerSync({ sync: () => driver.sync(), synced, logger });
  }

  /** The layer, if it is here. */
  get(chainId: ChainId): LayerRecord | undefined {
    return this.#dying.has(chainId) ? undefined : this.#options.records.get(hexOf(chainId));
  }

  /** All layers, those being removed left out. */
  all(): LayerRecord[] {
    return this.#options.records.values().filter(({ chainId }) => !this.#dying.has(chainId));
  }

  /** The layer and those below it, topmost first; none for `undefined`. @throws NotFound */
  stack(chainId: ChainId | undefined): LayerRecord[] {
    const layers: LayerRecord[] = [];
    for (let at = chainId; at !== undefined; at = layers.at(-1)?.parent) {
      const layer = this.get(at);
      if (layer === undefined) throw new NotFound(`layer ${at} does not exist`);
      layers.push(layer);
    }
    return layers;
  }

  /** The driver's ids of {@link stack}. */
  idsOf(chainId: ChainId | undefined): string[] {
    return this.stack(chainId).map(({ id }) => id);
  }

  /** Bytes in the files of the layer and all below (Docker: `Size`). */
  sizeOf(chainId: ChainId | undefined): number {
    return this.stack(chainId).reduce((sum, { size }) => sum + size, 0);
  }

  /** Opens a hold; dispose it when the use of what it keeps is on record. */
  hold(): LayerHold {
    return this.#holds.open();
  }

  /**
   * Adds a layer, or finds that it is here already. @throws InvalidParameter if the archive is bad or not
   * the expected one
   */
  async add({ source, parent, hold, expect = {} }: NewLayer): Promise<LayerRecord> {
    if (parent !== undefined) hold.keep(parent);
    const known = expect.diffId && this.#keepKnown(chainIdOn(parent, expect.diffId), hold);
    if (known !== undefined) return known;
    const { driver, extractor, ids, maps } = this.#options;
    const id = ids.id();
    const parents = this.idsOf(parent);
    try {
      const { files: target, skeleton, whiteouts } = await driver.stage(id, parents);
      const request = { target, kind: 'layer', skeleton, whiteouts, maps } as const;
      const extracted = await extractor.extract(source, request);
      verify(extracted, expect);
      const chainId = chainIdOn(parent, extracted.diffId);
      hold.keep(chainId);
      const { diffId, size, tarSize } = extracted;
      const below = parent === undefined ? {} : { parent };
      const layer = { chainId, diffId, ...below, id, size, tarSize, unsynced: true } as const;
      return await this.#record(layer);
    } catch (error) {
      await driver.remove(id);
      throw error;
    }
  }

  /** The layer's tar, byte for byte as it came; ends with an error if its digest isn't the diff id. @throws NotFound */
  tar(chainId: ChainId): Readable {
    const layer = this.get(chainId);
    if (layer === undefined) throw new NotFound(`layer ${chainId} does not exist`);
    const { files, skeleton } = this.#options.driver.layer(layer.id);
    return Readable.from(verified(assembleTar(skeleton, files), layer), { objectMode: false });
  }

  /**
   * Removes the layers that nobody uses: not the chains that `used` names, at any moment of the removal,
   * nor those on hold, nor what these lie on. Answers the removed, uppermost first.
   */
  async collect(used: () => Iterable<ChainId>): Promise<LayerRecord[]> {
    return await this.#turns.run('collect', async () => {
      const removed: LayerRecord[] = [];
      for (;;) {
        const layer = this.#unused(used);
        if (layer === undefined) return removed;
        await this.#remove(layer);
        removed.push(layer);
      }
    });
  }

  /** Resolves when what was added is safe on disk and its records say so. */
  async settled(): Promise<void> {
    await this.#sync.settled();
  }

  /**
   * Once at start: forgets layers whose files are gone, and those above them, for they can't be mounted. The files of
   * one that was perhaps not all on the disk when the machine went down are read and compared with their digest.
   */
  async dropBroken(): Promise<LayerRecord[]> {
    const { records, logger } = this.#options;
    const damaged = new Set<ChainId>();
    for (const layer of this.all()) {
      if (layer.unsynced && !(await this.#isAsItCame(layer))) damaged.add(layer.chainId);
    }
    const broken = this.all().filter((layer) => !this.#isWhole(layer, damaged));
    for (const layer of broken) {
      logger.error('a layer is damaged and was dropped', { layer: layer.chainId, id: layer.id });
      await records.remove(hexOf(layer.chainId));
    }
    return broken;
  }

  #isWhole(layer: LayerRecord, damaged: ReadonlySet<ChainId>): boolean {
    const { driver } = this.#options;
    if (damaged.has(layer.chainId) || !driver.has(layer.id)) return false;
    if (!existsSync(driver.layer(layer.id).skeleton)) return false;
    if (layer.parent === undefined) return true;
    const parent = this.get(layer.parent);
    return parent !== undefined && this.#isWhole(parent, damaged);
  }

  async #isAsItCame(layer: LayerRecord): Promise<boolean> {
    const { driver, logger } = this.#options;
    try {
      if (!driver.has(layer.id)) return false;
      for await (const _ of this.tar(layer.chainId));
    } catch (error) {
      const { chainId, id } = layer;
      logger.warn('the files of a layer are not whole', {
        layer: chainId,
        id,
        error: messageOf(error),
      });
      return false;
    }
    this.#sync.add(layer);
    return true;
  }

  async #synced(layer: LayerRecord): Promise<void> {
    const { records } = this.#options;
    const key = hexOf(layer.chainId);
    await this.#turns.run(layer.chainId, async () => {
      const { unsynced: _, ...safe } = layer;
      if (records.get(key)?.id === layer.id) await records.save(key, safe);
    });
  }

  #keepKnown(chainId: ChainId, hold: LayerHold): LayerRecord | undefined {
    const known = this.get(chainId);
    if (known !== undefined) hold.keep(chainId);
    return known;
  }

  /** One of two who unpacked the same layer at the same time is too late, and uses the other's. */
  async #record(layer: LayerRecord): Promise<LayerRecord> {
    const { driver, records } = this.#options;
    return await this.#turns.run(layer.chainId, async () => {
      const known = this.get(layer.chainId);
      if (known !== undefined) {
        await driver.remove(layer.id);
        return known;
      }
      await driver.commit(layer.id);
      await records.save(hexOf(layer.chainId), layer);
      this.#sync.add(layer);
      return layer;
    });
  }

  #unused(used: () => Iterable<ChainId>): LayerRecord | undefined {
    const layers = this.all();
    const needed = new Set<ChainId>(used());
    for (const { parent } of layers) if (parent !== undefined) needed.add(parent);
    return layers.find(({ chainId }) => !needed.has(chainId) && !this.#holds.has(chainId));
  }

  async #remove(layer: LayerRecord): Promise<void> {
    const { driver, records } = this.#options;
    this.#dying.add(layer.chainId);
    try {
      await this.#turns.run(layer.chainId, async () => {
        await records.remove(hexOf(layer.chainId));
        await driver.remove(layer.id);
      });
    } finally {
      this.#dying.delete(layer.chainId);
    }
  }
}

function verify(extracted: Extracted, expect: NonNullable<NewLayer['expect']>): void {
  for (const key of ['digest', 'diffId'] as const) {
    const wanted = expect[key];
    if (wanted !== undefined && wanted !== extracted[key])
      throw new InvalidParameter(
        `invalid ${key} of a layer: expected "${wanted}", got "${extracted[key]}"`,
      );
  }
}

async function* verified(tar: AsyncIterable<Buffer>, layer: LayerRecord): AsyncIterable<Buffer> {
  const digest = digestStream();
  for await (const chunk of tar) {
    digest.update(chunk);
    yield chunk;
  }
  if (digest.end() !== layer.diffId)
    throw new System(`the files of layer ${layer.diffId} have changed: its tar has another digest`);
}
