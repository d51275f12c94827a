import { mkdir } from 'node:fs/promises';
import { isErrno } from '../../native/libc.js';

/**
 * Makes the folder of a container's own files, its log for instance; one that is there is fine. Not by a recursive
 * mkdir: on a full disk Node's says that there is no such folder.
 */
export async function makeOwnFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o710 });
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
  }
}
