import { existsSync } from 'node:fs';
import { messageOf } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import { nameBytes } from '../../base/raw-name.js';
import { TarReader } from '../../base/tar/reader.js';
import type { ObjectStore } from '../state/json-store.js';
import { type ChainId, chainIdOn, type DiffId, digestStream } from './digest.js';
import type { StorageDriver } from './driver.js';
import { assembleTar } from './extract/skeleton.js';
import type { LayerRecord } from './records.js';

/** What looking for layers works with. */
export interface LostRecordsOptions {
  readonly driver: StorageDriver;
  /** Of layers; keys are the hex digits of chain ids. */
  readonly records: ObjectStore<LayerRecord>;
  /** Keys of records that could not be read. */
  readonly setAside: readonly string[];
  readonly logger: Logger;
}

/** Files that are a layer's, as their tar tells. */
interface FoundLayer {
  readonly id: string;
  readonly diffId: DiffId;
  readonly size: number;
  readonly tarSize: number;
}

/**
 * Once at start, before anything is swept away: makes the records of layers anew that could not be read. The name of
 * the record is the layer's chain id, so that files whose digest gives this id on one of the layers that are known are
 * the layer's for sure. Costs nothing unless a record is missing. @returns the layers that are back
 */
export async function recoverLayers(options: LostRecordsOptions): Promise<LayerRecord[]> {
  const { records, setAside, logger } = options;
  const missing = new Set(
    setAside.filter((key) => /^[0-9a-f]{64}$/.test(key) && !records.has(key)),
  );
  if (missing.size === 0) return [];
  const found = await unownedLayers(options);
  const back: LayerRecord[] = [];
  for (;;) {
    const layer = nextLayer(missing, found, records.values());
    if (layer === undefined) return back;
    const key = layer.chainId.slice('sha256:'.length);
    await records.save(key, layer);
    missing.delete(key);
    back.push(layer);
    logger.warn('the record of a layer was made anew', { layer: layer.chainId, id: layer.id });
  }
}

/** One whose record is missing, and that lies on nothing or on one that is known by now. */
function nextLayer(
  missing: ReadonlySet<string>,
  found: readonly FoundLayer[],
  known: readonly LayerRecord[],
): LayerRecord | undefined {
  const below: (ChainId | undefined)[] = [undefined, ...known.map(({ chainId }) => chainId)];
  for (const layer of found) {
    for (const parent of below) {
      const chainId = chainIdOn(parent, layer.diffId);
      if (!missing.has(chainId.slice('sha256:'.length))) continue;
      const { diffId, id, size, tarSize } = layer;
      const on = parent === undefined ? {} : { parent };
      return { chainId, diffId, ...on, id, size, tarSize, unsynced: true };
    }
  }
  return undefined;
}

/** Complete layers that no record speaks of. */
async function unownedLayers({
  driver,
  records,
  logger,
}: LostRecordsOptions): Promise<FoundLayer[]> {
  const owned = new Set(records.values().map(({ id }) => id));
  const found: FoundLayer[] = [];
  for (const id of await driver.list()) {
    if (owned.has(id) || !driver.has(id) || !existsSync(driver.layer(id).skeleton)) continue;
    try {
      found.push(await readLayer(driver, id));
    } catch (error) {
      // One that was being unpacked when the daemon was killed.
      logger.info('files are no whole layer', { id, error: messageOf(error) });
    }
  }
  return found;
}

async function readLayer(driver: StorageDriver, id: string): Promise<FoundLayer> {
  const { files, skeleton } = driver.layer(id);
  const digest = digestStream();
  const total = { size: 0, tarSize: 0 };
  const reader = new TarReader({
    entry({ size, linkName, type }) {
      total.size += type === 'symlink' ? nameBytes(linkName).length : size;
    },
    data() {},
    hole() {},
    end() {},
  });
  for await (const chunk of assembleTar(skeleton, files)) {
    digest.update(chunk);
    total.tarSize += chunk.length;
    reader.write(chunk);
  }
  reader.end();
  return { id, diffId: digest.end(), ...total };
}
