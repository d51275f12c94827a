import type { OverlayOptions } from '../../../../native/overlay.js';

/** The mounting that an overlay driver needs: the kernel's, or that of a program. */
export interface OverlayMounts {
  mountOverlay(options: OverlayOptions): void;
  umountAsync(target: string): Promise<void>;
  /** Whether something is mounted on the folder, in this process' namespace. No folder, no mount. */
  isMounted(target: string): boolean;
}
