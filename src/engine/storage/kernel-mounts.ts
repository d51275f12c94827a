import { umountAsync } from '../../native/mount.js';
import { mounts } from '../../native/mountinfo.js';
import { mountOverlay } from '../../native/overlay.js';
import type { OverlayMounts } from './overlay2.js';

/** The kernel's own. */
export const kernelMounts: OverlayMounts = {
  mountOverlay,
  // Out of the tree at once; the file system itself goes when its last reader, an export perhaps, has ended.
  umountAsync: (target) => umountAsync(target, { lazy: true }),
  mountPoints: () => mounts().map(({ mountPoint }) => mountPoint),
};
