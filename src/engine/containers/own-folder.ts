import { chown, mkdir } from 'node:fs/promises';
import { type IdMaps, remappedRoot } from '../../base/id-mapping.js';
import { isErrno } from '../../native/libc.js';

/**
 * Makes the folder of a container's own files, its log for instance; one that is there is fine. Not by a recursive
 * mkdir: on a full disk Node's says that there is no such folder. With `maps` the root of containers may pass through.
 */
export async function makeOwnFolder(path: string, maps?: IdMaps): Promise<void> {
  try {
    await mkdir(path, { mode: 0o710 });
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
  }
  const root = remappedRoot(maps);
  if (root) await chown(path, 0, root.gid);
}
