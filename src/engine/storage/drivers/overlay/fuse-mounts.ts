import { System } from '../../../../base/errors.js';
import { umountAsync } from '../../../../native/mount.js';
import { overlayData } from '../../../../native/overlay.js';
import { runSync } from '../../../../native/run-sync.js';
import { hasOwnDevice } from './mounted.js';
import type { OverlayMounts } from './mounts.js';

/** More than it ever takes: the program goes on in the background once the mount is there. */
const timeoutMs = 10_000;

/** By fuse-overlayfs, one process for each mount. `file` is the program's path. */
export function fuseMounts(file: string): OverlayMounts {
  return {
    mountOverlay(options) {
      const argv = ['fuse-overlayfs', '-o', overlayData(options), options.target];
      const { status, stderr } = runSync({ file, argv, env: { PATH: '/usr/bin:/bin' }, timeoutMs });
      if (status?.code !== 0)
        throw new System(`fuse-overlayfs can't mount ${options.target}: ${stderr.trim()}`);
    },
    umountAsync: (target) => umountAsync(target, { lazy: true }),
    isMounted: hasOwnDevice,
  };
}
