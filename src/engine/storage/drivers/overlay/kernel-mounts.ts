import { existsSync } from 'node:fs';
import { umountAsync } from '../../../../native/mount.js';
import { mountOverlay } from '../../../../native/overlay.js';
import { hasOwnDevice } from './mounted.js';
import type { OverlayMounts } from './mounts.js';

/**
 * Features that some kernels are built to have on. With them a layer holds marks instead of files, which no other
 * machine could read (kernel: Documentation/filesystems/overlayfs.rst).
 */
const unwanted = ['index', 'metacopy', 'redirect_dir'] as const;

/** The kernel's own. */
export function kernelMounts(): OverlayMounts {
  const extra = unwanted
    .filter((name) => existsSync(`/sys/module/overlay/parameters/${name}`))
    .map((name) => `${name}=off`);
  return {
    mountOverlay: (options) => mountOverlay({ ...options, extra }),
    // Out of the tree at once; the file system itself goes when its last reader, an export perhaps, has ended.
    umountAsync: (target) => umountAsync(target, { lazy: true }),
    isMounted: hasOwnDevice,
  };
}
