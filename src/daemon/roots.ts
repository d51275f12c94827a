import { constants, fchmodSync, mkdirSync, realpathSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Conflict, System } from '../base/errors.js';
import { ensureShared } from '../engine/isolation/shared-mounts.js';
import { Fd } from '../native/fd.js';
import { isErrno } from '../native/libc.js';
import { umount } from '../native/mount.js';
import { type MountInfo, mounts } from '../native/mountinfo.js';
import { tryLock } from './lock.js';

/**
 * Takes a folder that only one daemon may work on, and makes it if need be.
 * @throws Conflict if another daemon has it; System if it can't be made
 */
export function lockRoot(option: string, folder: string): Fd {
  const root = openFolder(option, folder);
  if (tryLock(root, folder)) return root;
  root.close();
  throw new Conflict(
    `${option} ${folder} is in use by another tsnetd: stop it, or give this one other folders by --data-root and --exec-root`,
  );
}

/**
 * Takes the data root, and shuts others out of it: files of containers are below, with programs that run as root whoever
 * starts them (CVE-2021-41091). Its group may pass through, which is that of mapped users.
 * @throws as {@link lockRoot}
 */
export function lockDataRoot(folder: string): Disposable {
  const root = lockRoot('data-root', folder);
  fchmodSync(root.number, 0o710);
  return root;
}

function openFolder(option: string, folder: string): Fd {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o711 });
    return Fd.open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  } catch (error) {
    throw new System(`cannot use ${option} ${folder}`, { cause: error });
  }
}

/** Makes the folder a shared mount, as runtimes need it. Undone unless containers have mounts below it. */
export function shareRoot(folder: string): Disposable {
  ensureShared(folder);
  return { [Symbol.dispose]: () => unshare(realpathSync(folder)) };
}

function unshare(folder: string): void {
  const all = mounts();
  const isInUse = all.some(({ mountPoint }) => mountPoint.startsWith(`${folder}/`));
  if (isInUse || !isBoundToItself(folder, all)) return;
  try {
    umount(folder);
  } catch (error) {
    // A file that somebody has open below keeps it: the next start takes it as it is.
    if (!isErrno(error, 'EBUSY')) throw error;
  }
}

/** Whether the mount is the one that we make, rather than a file system of the user's. */
function isBoundToItself(folder: string, all: readonly MountInfo[]): boolean {
  const mount = all.findLast(({ mountPoint }) => mountPoint === folder);
  const parent = all.find(({ id }) => id === mount?.parent);
  if (!mount || !parent || mount.device !== parent.device) return false;
  return mount.root === join(parent.root, relative(parent.mountPoint, folder));
}
