import { constants } from 'node:fs';
import type { FileOwner } from '../../../base/id-mapping.js';
import { isErrno } from '../../../native/libc.js';
import { resolveUser } from '../../isolation/user.js';
import type { ContainerTree } from './tree.js';

/** Account files are not longer than this. */
const longest = 1 << 20;

/** Who a container's processes run as, by its own account files; undefined for one that names nobody. @throws InvalidParameter */
export async function ownerOf(tree: ContainerTree, user: string): Promise<FileOwner | undefined> {
  if (user === '') return undefined;
  const files = {
    passwd: await textOf(tree, ['etc', 'passwd']),
    group: await textOf(tree, ['etc', 'group']),
  };
  const { uid, gid } = resolveUser(user, [], files).user;
  return { uid, gid };
}

async function textOf(tree: ContainerTree, names: readonly string[]): Promise<string> {
  try {
    await using held = await tree.find(names, true);
    if (!(await held.stat()).isFile()) return '';
    const file = await held.reopen(constants.O_RDONLY);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(longest), 0, longest, 0);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return '';
    throw error;
  }
}
