import { constants } from 'node:fs';
import { Fd } from '../../native/fd.js';
import { check, libc } from '../../native/libc.js';
import { setPropagation, umount } from '../../native/mount.js';
import { mounts } from '../../native/mountinfo.js';

const c = {
  unshare: libc.fn<(flags: number) => number>('int unshare(int flags)'),
  setns: libc.fn<(fd: number, type: number) => number>('int setns(int fd, int nstype)'),
  fchdir: libc.fn<(fd: number) => number>('int fchdir(int fd)'),
};

/** linux/sched.h */
const CLONE_NEWNS = 0x20000;
const currentNamespace = '/proc/thread-self/ns/mnt';

/**
 * Makes a mount namespace that is like ours but lacks what is mounted at `hidden`, and opens it. Later mounts
 * and unmounts travel between both wherever they lie below a shared mount. It lives as long as the descriptor or a
 * process in it. Nothing else runs in between: all of it is synchronous. @throws SyscallError
 */
export function mountNamespaceWithout(hidden: string): Fd {
  using home = Fd.open(currentNamespace);
  using directory = Fd.open('.', constants.O_RDONLY | constants.O_DIRECTORY);
  check('unshare', c.unshare(CLONE_NEWNS), 'mount namespace');
  try {
    // What is unmounted there must not go from ours. All else may travel both ways, as containers may ask for.
    setPropagation(mountAbove(hidden), 'slave', false);
    umount(hidden, { lazy: true });
    return Fd.open(currentNamespace);
  } finally {
    // setns(2) also moves the working directory to the root.
    const back = c.setns(home.number, CLONE_NEWNS) === 0 && c.fchdir(directory.number) === 0;
    if (!back) process.abort();
  }
}

/** Where the mount is that holds the one at `path`. */
function mountAbove(path: string): string {
  const all = mounts();
  const parent = all.findLast(({ mountPoint }) => mountPoint === path)?.parent;
  return all.find(({ id }) => id === parent)?.mountPoint ?? '/';
}
