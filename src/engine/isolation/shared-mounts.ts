import { mkdirSync, realpathSync } from 'node:fs';
import { bind, setPropagation } from '../../native/mount.js';
import { mounts } from '../../native/mountinfo.js';

/**
 * Makes the folder (created if need be) a shared mount of its own, so that what is mounted below it later also
 * appears in the runtime's mount namespace. To be called before that namespace is made, and before anything
 * is mounted below. Doing it again changes nothing. Undone by unmounting the folder.
 */
export function ensureShared(path: string): void {
  mkdirSync(path, { recursive: true });
  const folder = realpathSync(path);
  const mount = mounts().findLast(({ mountPoint }) => mountPoint === folder);
  if (!mount) bind({ source: folder, target: folder, recursive: true });
  if (mount?.tags.some((tag) => tag.startsWith('shared:'))) return;
  setPropagation(folder, 'shared', false);
}
