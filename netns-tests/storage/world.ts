import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomIds } from '../../src/base/ids.js';
import { silentLogger } from '../../src/base/logger.js';
import { WorkerExtractor } from '../../src/engine/storage/extract/worker-extractor.js';
import { kernelMounts } from '../../src/engine/storage/kernel-mounts.js';
import { Overlay2 } from '../../src/engine/storage/overlay2.js';
import { Storage } from '../../src/engine/storage/storage.js';
import { encodeArchive, type TarEntryDraft } from '../../src/engine/storage/tar/writer.js';
import { umount } from '../../src/native/mount.js';
import { mounts } from '../../src/native/mountinfo.js';

/** A data root of its own, with storage on it that can be opened again as after a crash. */
export class StorageWorld implements AsyncDisposable {
  readonly dataRoot = mkdtempSync(join(tmpdir(), 'tsnet-storage-'));
  readonly extractor = new WorkerExtractor();

  get overlayRoot(): string {
    return join(this.dataRoot, 'overlay2');
  }

  async open(): Promise<Storage> {
    return await Storage.open({
      dataRoot: this.dataRoot,
      driver: new Overlay2({ root: this.overlayRoot, mounts: kernelMounts }),
      extractor: this.extractor,
      ids: randomIds,
      logger: silentLogger,
    });
  }

  /** Mount points below the data root. */
  mounted(): string[] {
    return mounts()
      .map(({ mountPoint }) => mountPoint)
      .filter((path) => path.startsWith(this.dataRoot));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const path of this.mounted().reverse()) umount(path, { lazy: true });
    await this.extractor[Symbol.asyncDispose]();
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
