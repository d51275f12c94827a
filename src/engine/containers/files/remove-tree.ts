import { constants, open, readdir, rmdir, unlink } from 'node:fs/promises';
import { nameText, rawPath } from '../../../base/raw-name.js';
import { isErrno } from '../../../native/libc.js';
import type { Held } from './held.js';

/**
 * Removes a thing in a folder, with all below it. Every step goes from a folder that is held open, so that one that
 * is swapped for a link meanwhile isn't followed.
 */
export async function removeTree(folder: Pick<Held, 'entry'>, name: string): Promise<void> {
  const path = rawPath(folder.entry(name));
  try {
    await unlink(path);
  } catch (error) {
    if (!isErrno(error, 'EISDIR', 'EPERM')) throw error;
    await removeContents(path);
    await rmdir(path);
  }
}

async function removeContents(path: string | Buffer): Promise<void> {
  const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;
  const handle = await open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  try {
    const here = `/proc/self/fd/${handle.fd}`;
    const folder = { entry: (name: string) => `${here}/${name}` };
    for (const name of await readdir(here, 'buffer')) await removeTree(folder, nameText(name));
  } finally {
    await handle.close();
  }
}
