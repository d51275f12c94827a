import { chmodSync, chownSync, constants } from 'node:fs';
import { dirname } from 'node:path/posix';
import { Fd, O_PATH } from '../../native/fd.js';
import { mknod } from '../../native/inode.js';
import { check, libc } from '../../native/libc.js';
import { bind, mount, setPropagation, umount } from '../../native/mount.js';
import { mounts } from '../../native/mountinfo.js';

const c = {
  unshare: libc.fn<(flags: number) => number>('int unshare(int flags)'),
  setns: libc.fn<(fd: number, type: number) => number>('int setns(int fd, int nstype)'),
  fchdir: libc.fn<(fd: number) => number>('int fchdir(int fd)'),
};

/** linux/sched.h */
const CLONE_NEWNS = 0x20000;
const currentNamespace = '/proc/thread-self/ns/mnt';
const NULL_DEVICE = '/dev/null';
const [NULL_MAJOR, NULL_MINOR] = [1, 3];

/** What a mount namespace is to have otherwise than ours. */
export interface MountChanges {
  /** A mount that is not to be seen there. */
  readonly hidden?: string | undefined;
  /** A `/dev/null` for that namespace alone. */
  readonly ownNull?: boolean;
}

/** A mount namespace, and what is its own. */
export interface ChangedMounts {
  readonly namespace: Fd;
  readonly nullDevice?: Fd;
}

/**
 * Makes a mount namespace that is like ours but for the changes, and opens it. Later mounts and unmounts travel between
 * both wherever they lie below a shared mount. It lives as long as the descriptor or a process in it. Nothing else runs
 * in between: all of it is synchronous. @throws SyscallError
 */
export function mountNamespaceWith({ hidden, ownNull = false }: MountChanges): ChangedMounts {
  using home = Fd.open(currentNamespace);
  using directory = Fd.open('.', constants.O_RDONLY | constants.O_DIRECTORY);
  check('unshare', c.unshare(CLONE_NEWNS), 'mount namespace');
  try {
    if (hidden !== undefined) hide(hidden);
    const own = ownNull ? { nullDevice: replaceNull() } : {};
    return { namespace: Fd.open(currentNamespace), ...own };
  } finally {
    // setns(2) also moves the working directory to the root.
    const back = c.setns(home.number, CLONE_NEWNS) === 0 && c.fchdir(directory.number) === 0;
    if (!back) process.abort();
  }
}

function hide(path: string): void {
  // What is unmounted there must not go from ours. All else may travel both ways, as containers may ask for.
  setPropagation(mountAbove(path), 'slave', false);
  umount(path, { lazy: true });
}

/** The device is made on a file system that is seen for that moment only, in the place of the folder that it is for. */
function replaceNull(): Fd {
  const folder = dirname(NULL_DEVICE);
  for (const place of [folder, NULL_DEVICE]) setPropagation(mountHolding(place), 'slave', false);
  using shown = Fd.open(NULL_DEVICE, O_PATH);
  mount({ source: 'null', type: 'tmpfs', target: folder, data: 'size=4k,mode=755' });
  mknod({ path: NULL_DEVICE, kind: 'char', mode: 0o666, major: NULL_MAJOR, minor: NULL_MINOR });
  // Independent of the umask.
  chmodSync(NULL_DEVICE, 0o666);
  bind({ source: NULL_DEVICE, target: `/proc/thread-self/fd/${shown.number}` });
  umount(folder, { lazy: true });
  return Fd.open(NULL_DEVICE, O_PATH);
}

/** Makes the device root's again, and everybody's to use. */
export function takeBackNull(device: Fd): void {
  const path = `/proc/self/fd/${device.number}`;
  chownSync(path, 0, 0);
  chmodSync(path, 0o666);
}

/** Where the mount is that holds the one at `path`. */
function mountAbove(path: string): string {
  const all = mounts();
  const parent = all.findLast(({ mountPoint }) => mountPoint === path)?.parent;
  return all.find(({ id }) => id === parent)?.mountPoint ?? '/';
}

/** Where the mount is that a file lies in. */
function mountHolding(path: string): string {
  const points = mounts().map(({ mountPoint }) => mountPoint);
  const holding = points.filter((point) => point === '/' || `${path}/`.startsWith(`${point}/`));
  return holding.reduce((longest, point) => (point.length > longest.length ? point : longest), '/');
}
