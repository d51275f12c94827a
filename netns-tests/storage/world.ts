import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomIds } from '../../src/base/ids.js';
import { silentLogger } from '../../src/base/logger.js';
import { encodeArchive, type TarEntryDraft } from '../../src/base/tar/writer.js';
import { type DriverName, openDriver } from '../../src/engine/storage/drivers/catalogue.js';
import { WorkerExtractor } from '../../src/engine/storage/extract/worker-extractor.js';
import { Storage } from '../../src/engine/storage/storage.js';
import { umount } from '../../src/native/mount.js';
import { mounts } from '../../src/native/mountinfo.js';

/** A data root of its own, with storage on it that can be opened again as after a crash. */
export class StorageWorld implements AsyncDisposable {
  readonly dataRoot: string;
  readonly driver: DriverName;
  readonly extractor = new WorkerExtractor();
  #storage: Storage | undefined;

  /** `above`: the folder to make the data root in. */
  constructor({
    driver = 'overlay2',
    above = tmpdir(),
  }: { driver?: DriverName; above?: string } = {}) {
    this.driver = driver;
    this.dataRoot = mkdtempSync(join(above, 'tsnet-storage-'));
  }

  /** The driver's folder. */
  get driverRoot(): string {
    return join(this.dataRoot, this.driver);
  }

  async open(): Promise<Storage> {
    const { dataRoot, extractor } = this;
    const driver = openDriver(this.driver, { dataRoot, options: {} });
    await driver.check();
    await this.#storage?.layers.settled();
    this.#storage = new Storage({
      dataRoot,
      driver,
      extractor,
      ids: randomIds,
      logger: silentLogger,
    });
    return this.#storage;
  }

  /** Mount points below the data root. */
  mounted(): string[] {
    return mounts()
      .map(({ mountPoint }) => mountPoint)
      .filter((path) => path.startsWith(this.dataRoot));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#storage?.layers.settled();
    for (const path of this.mounted().reverse()) umount(path, { lazy: true });
    await this.extractor[Symbol.asyncDispose]();
    // Subvolumes are for the driver to remove.
    const driver = openDriver(this.driver, { dataRoot: this.dataRoot, options: {} });
    for (const id of await driver.list()) await driver.remove(id);
    rmSync(this.dataRoot, { recursive: true });
  }
}

/** Entries as an archive that comes in pieces. */
export async function* tarOf(
  entries: readonly (TarEntryDraft & { content?: string | Buffer })[],
): AsyncIterable<Buffer> {
  const archive = encodeArchive(entries);
  for (let at = 0; at < archive.length; at += 65_536) yield archive.subarray(at, at + 65_536);
}
