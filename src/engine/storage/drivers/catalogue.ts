import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidParameter, Unavailable } from '../../../base/errors.js';
import type { IdMaps } from '../../../base/id-mapping.js';
import type { StorageDriver } from '../driver.js';
import type { DriverOptions } from './options.js';
import { OverlayDriver } from './overlay/driver.js';
import { fuseMounts } from './overlay/fuse-mounts.js';
import { kernelMounts } from './overlay/kernel-mounts.js';
import { btrfsTrees } from './trees/btrfs.js';
import { TreeDriver } from './trees/driver.js';
import { copiedTrees } from './trees/vfs.js';

/** What a driver is opened with. */
export interface OpenDriver {
  readonly dataRoot: string;
  readonly options: DriverOptions;
  /** What users and groups of containers are on the disk. */
  readonly maps?: IdMaps | undefined;
}

/** The drivers that there are, the best first: so they are tried on a data root that none has used yet. */
export const driverNames = ['overlay2', 'btrfs', 'fuse-overlayfs', 'vfs'] as const;
/** Name of a storage driver that is there. */
export type DriverName = (typeof driverNames)[number];

const makers: Readonly<Record<DriverName, (open: OpenDriver) => StorageDriver>> = {
  overlay2: ({ dataRoot, maps }) =>
    new OverlayDriver({
      name: 'overlay2',
      root: join(dataRoot, 'overlay2'),
      maps,
      mounts: kernelMounts(),
      needs:
        'the kernel needs the overlay file system, and the folder a file system that can be its upper layer (ext4, xfs with ftype=1, btrfs, tmpfs; not overlay itself)',
    }),
  'fuse-overlayfs': ({ dataRoot, options, maps }) =>
    new OverlayDriver({
      name: 'fuse-overlayfs',
      root: join(dataRoot, 'fuse-overlayfs'),
      maps,
      mounts: fuseMounts(options.mountProgram ?? fuseProgram()),
      needs: 'it takes /dev/fuse, and the program fuse-overlayfs 1.0 or later',
    }),
  btrfs: ({ dataRoot, maps }) =>
    new TreeDriver({ name: 'btrfs', root: join(dataRoot, 'btrfs'), maps, trees: btrfsTrees }),
  vfs: ({ dataRoot, maps }) =>
    new TreeDriver({ name: 'vfs', root: join(dataRoot, 'vfs'), maps, trees: copiedTrees }),
};

/** Opens a driver; whether it works is for its `check` to say. @throws Unavailable if something is missing */
export function openDriver(name: DriverName, open: OpenDriver): StorageDriver {
  return makers[name](open);
}

function fuseProgram(): string {
  const folders = ['/usr/local/bin', '/usr/bin', '/usr/sbin', '/bin'];
  const found = folders.map((folder) => join(folder, 'fuse-overlayfs')).find(existsSync);
  if (found === undefined) throw new Unavailable('the program fuse-overlayfs is not installed');
  return found;
}

/** Docker's drivers that are not here, and what to use. */
const others: Readonly<Record<string, string>> = {
  aufs: 'AUFS never was part of Linux, and Docker gave it up in version 24: use overlay2',
  overlay: 'Docker gave it up in version 24 in favour of overlay2: use overlay2',
  devicemapper: 'Docker gave it up in version 25: use overlay2, which works on ext4 and on xfs',
  zfs: 'use overlay2, which works on ZFS 2.2 and later, or vfs on an older one',
  windowsfilter: 'it is for Windows: use overlay2',
};

/** The driver of that name. @throws InvalidParameter saying what to use instead */
export function driverNamed(text: string): DriverName {
  const found = driverNames.find((name) => name === text);
  if (found !== undefined) return found;
  const reason = Object.hasOwn(others, text)
    ? others[text]
    : `there is none of that name: use one of ${driverNames.join(', ')}`;
  throw new InvalidParameter(`storage driver ${JSON.stringify(text)} is not supported: ${reason}`);
}
