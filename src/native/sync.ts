import { constants } from 'node:fs';
import { Fd } from './fd.js';
import { libc, SyscallError } from './libc.js';

const c = { syncfs: libc.async<[fd: number]>('int syncfs(int fd)') };

/** Writes everything to disk that waits for it in the file system of `folder` (syncfs(2)). @throws SyscallError */
export async function syncFileSystem(folder: string): Promise<void> {
  using root = Fd.open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  const { result, errno } = await c.syncfs(root.number);
  if (result < 0) throw new SyscallError('syncfs', errno, folder);
}
