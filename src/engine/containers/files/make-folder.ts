import { mkdir } from 'node:fs/promises';
import { System } from '../../../base/errors.js';
import type { FileOwner } from '../../../base/id-mapping.js';
import { rawPath } from '../../../base/raw-name.js';
import { isErrno } from '../../../native/libc.js';
import { type Held, joined } from './held.js';
import type { ContainerTree } from './tree.js';

/** The mode of folders that are needed but that nobody describes. */
const impliedMode = 0o755;

/** The folder at these names, links followed; it and those above it are made where they are missing, for the owner or for us. */
export async function findOrMakeFolder(
  tree: ContainerTree,
  names: readonly string[],
  owner?: FileOwner,
): Promise<Held> {
  try {
    return await tree.find(names, true);
  } catch (error) {
    const name = names.at(-1);
    if (!isErrno(error, 'ENOENT') || name === undefined) throw error;
    await using above = await findOrMakeFolder(tree, names.slice(0, -1), owner);
    refuseReadOnly(above, name);
    await mkdir(rawPath(above.entry(name)), { mode: impliedMode });
    const made = await above.child(name);
    // Independent of the umask.
    await made.setMode(impliedMode);
    if (owner) await made.setOwner(owner.uid, owner.gid);
    return made;
  }
}

/** @throws System for what is mounted read-only */
export function refuseReadOnly(folder: Held, name: string): void {
  if (folder.mount?.readOnly)
    throw new System(`open ${joined(folder.path, name)}: read-only file system`);
}
