import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { umountAsync } from '../../native/mount.js';
import { mountOverlay } from '../../native/overlay.js';
import type { OverlayMounts } from './overlay2.js';

/** The kernel's own. */
export const kernelMounts: OverlayMounts = {
  mountOverlay,
  // Out of the tree at once; the file system itself goes when its last reader, an export perhaps, has ended.
  umountAsync: (target) => umountAsync(target, { lazy: true }),
  // An overlay has a device number of its own. The list of mounts would grow with the number of containers.
  isMounted(target) {
    const device = deviceOf(target);
    return device !== undefined && device !== deviceOf(dirname(target));
  },
};

/** Undefined for a path that isn't there. */
function deviceOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.dev;
}
