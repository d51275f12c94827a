import { existsSync } from 'node:fs';
import type { DriverName } from '../../src/engine/storage/drivers/catalogue.js';
import type { Storage } from '../../src/engine/storage/storage.js';
import { LoopDisk, noDiskBecause } from './loop-disk.js';
import { StorageWorld } from './world.js';

/** What a test of a driver is given: a data root of its own, and storage on it. */
export interface DriverSetting {
  readonly name: DriverName;
  /** Whether a container's root is a mount that joins its layers; else each layer is a whole tree. */
  readonly mounts: boolean;
  /** The part of a layer's folder that holds its files. */
  readonly files: 'diff' | 'files';
  world: StorageWorld;
  storage: Storage;
}

/** What a driver needs, where it isn't everywhere. */
const drivers: readonly {
  readonly name: DriverName;
  readonly mounts: boolean;
  readonly disk?: 'btrfs';
  readonly missing?: () => string | undefined;
}[] = [
  { name: 'overlay2', mounts: true },
  { name: 'vfs', mounts: false },
  { name: 'btrfs', mounts: false, disk: 'btrfs', missing: () => noDiskBecause('btrfs') },
  {
    name: 'fuse-overlayfs',
    mounts: true,
    missing: () =>
      existsSync('/usr/bin/fuse-overlayfs') && existsSync('/dev/fuse')
        ? undefined
        : 'fuse-overlayfs or /dev/fuse is missing',
  },
];

/** Describes the same of every driver; one that can't be here is skipped with the reason in its title. */
export function describeEachDriver(title: string, suite: (setting: DriverSetting) => void): void {
  for (const { name, mounts, disk, missing } of drivers) {
    const reason = process.getuid?.() === 0 ? missing?.() : 'needs root';
    const setting = { name, mounts, files: mounts ? 'diff' : 'files' } as DriverSetting;
    describe(`${title} on ${name}${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
      let above: LoopDisk | undefined;
      before(function () {
        if (reason !== undefined) return this.skip();
        if (disk !== undefined) above = new LoopDisk({ type: disk, sizeMb: 512 });
      });
      beforeEach(async () => {
        setting.world = new StorageWorld({
          driver: name,
          ...(above && { above: above.folder }),
        });
        setting.storage = await setting.world.open();
      });
      afterEach(async () => {
        await setting.world[Symbol.asyncDispose]();
      });
      after(() => above?.[Symbol.dispose]());
      suite(setting);
    });
  }
}
