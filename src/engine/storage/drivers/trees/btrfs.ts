import { Unavailable } from '../../../../base/errors.js';
import { createSubvolume, removeSubvolume, snapshotSubvolume } from '../../../../native/btrfs.js';
import { backingFileSystem } from '../../backing.js';
import type { Trees } from './trees.js';

/** Subvolumes and snapshots of them. */
export const btrfsTrees: Trees = {
  make: createSubvolume,
  copy: snapshotSubvolume,
  clear: removeSubvolume,
  async check(folder) {
    const found = backingFileSystem(folder);
    if (found !== 'btrfs')
      throw new Unavailable(`it has to be on a btrfs file system, and it is on ${found}`);
  },
};
