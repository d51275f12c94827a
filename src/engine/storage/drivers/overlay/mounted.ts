import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { isErrno } from '../../../../native/libc.js';

/**
 * Whether a folder is a mount: an overlay has a device number of its own. The list of mounts would tell too, but it
 * grows with the number of containers. A folder that isn't there is none.
 */
export function hasOwnDevice(target: string): boolean {
  try {
    const device = statSync(target, { throwIfNoEntry: false })?.dev;
    return device !== undefined && device !== statSync(dirname(target)).dev;
  } catch (error) {
    // The program behind a FUSE mount has died; the mount is there all the same.
    if (isErrno(error, 'ENOTCONN')) return true;
    throw error;
  }
}
