import { constants, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Fd } from './fd.js';
import { isErrno, libc, SyscallError } from './libc.js';

/*
 * linux/btrfs.h:
 *
 * struct btrfs_ioctl_vol_args { i64 fd; char name[4088]; };
 * struct btrfs_ioctl_vol_args_v2 { i64 fd; u64 transid, flags, unused[4]; char name[4040]; };
 */
const argsSize = 4096;
const nameAt = { v1: 8, v2: 56 } as const;
/** _IOW(0x94, number, 4096 bytes) */
const request = {
  SUBVOL_CREATE: 0x5000940en,
  SNAP_DESTROY: 0x5000940fn,
  SNAP_CREATE_V2: 0x50009417n,
} as const;
/** A name is a single file name. */
const longestName = 255;
/** The root folder of every subvolume has this inode number (BTRFS_FIRST_FREE_OBJECTID). */
const subvolumeInode = 256n;

const c = {
  // Off the main thread: each may wait for a transaction of the file system.
  ioctl: libc.async<[fd: number, request: bigint, args: Uint8Array]>(
    'int ioctl(int fd, uint64_t request, void *args)',
  ),
};

/** Makes an empty subvolume, a folder that can be copied at once as a whole. @throws SyscallError */
export async function createSubvolume(path: string): Promise<void> {
  await change('SUBVOL_CREATE', path, (args) => put(args, nameAt.v1, path));
}

/** Makes `path` a writable copy of the subvolume `source`, sharing its data. @throws SyscallError */
export async function snapshotSubvolume(source: string, path: string): Promise<void> {
  using from = openFolder(source);
  await change('SNAP_CREATE_V2', path, (args) => {
    args.writeBigInt64LE(BigInt(from.number), 0);
    put(args, nameAt.v2, path);
  });
}

/** Removes a subvolume with those inside it; one that is gone is fine. @throws SyscallError */
export async function removeSubvolume(path: string): Promise<void> {
  try {
    await destroy(path);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return;
    if (!isErrno(error, 'ENOTEMPTY')) throw error;
    // A privileged container can make some of its own.
    for (const nested of subvolumesBelow(path)) await removeSubvolume(nested);
    await destroy(path);
  }
}

/** Whether the folder is a subvolume, or the root of the file system, provided that it is on btrfs. */
export function isSubvolume(path: string): boolean {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat?.isDirectory() === true && stat.ino === subvolumeInode;
}

async function destroy(path: string): Promise<void> {
  await change('SNAP_DESTROY', path, (args) => put(args, nameAt.v1, path));
}

/** The uppermost ones; subvolumes are folders to readdir(3). */
function subvolumesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folder, name))
    .flatMap((path) => (isSubvolume(path) ? [path] : subvolumesBelow(path)));
}

async function change(
  name: keyof typeof request,
  path: string,
  fill: (args: Buffer) => void,
): Promise<void> {
  using parent = openFolder(dirname(path));
  const args = Buffer.alloc(argsSize);
  fill(args);
  const { result, errno } = await c.ioctl(parent.number, request[name], args);
  if (result < 0) throw new SyscallError(`BTRFS_IOC_${name}`, errno, path);
}

function put(args: Buffer, at: number, path: string): void {
  args.write(basename(path), at, longestName);
}

function openFolder(path: string): Fd {
  return Fd.open(path, constants.O_RDONLY | constants.O_DIRECTORY);
}
