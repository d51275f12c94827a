import { constants, readFileSync, statSync } from 'node:fs';
import { Fd, O_PATH } from '../../../native/fd.js';
import { isErrno } from '../../../native/libc.js';
import { mounts } from '../../../native/mountinfo.js';
import { openConfined } from '../../../native/openat2.js';

/**
 * What is mounted at a place of a running container, held as its processes see it: a tmpfs, or a volume whose files
 * are nowhere else. Undefined if the process is gone, is not of this container any more, or has nothing mounted there.
 */
export function mountedIn(
  process: { readonly pid: number; readonly root: string },
  place: string,
): Fd | undefined {
  const { pid } = process;
  try {
    using root = Fd.open(`/proc/${pid}/root`, O_PATH | constants.O_DIRECTORY);
    // The number of a process that has ended is given to others.
    if (!isSame(`/proc/self/fd/${root.number}`, process.root)) return undefined;
    const flags = O_PATH | constants.O_NOFOLLOW;
    const found = openConfined(root, place, { within: 'root', flags });
    const id = mountIdOf(found);
    if (mounts(`/proc/${pid}/mountinfo`).some((m) => m.id === id && m.mountPoint === place))
      return found;
    found.close();
    return undefined;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ESRCH', 'ENOTDIR', 'ELOOP', 'EACCES')) return undefined;
    throw error;
  }
}

function isSame(a: string, b: string): boolean {
  const [one, other] = [statSync(a, { bigint: true }), statSync(b, { bigint: true })];
  return one.dev === other.dev && one.ino === other.ino;
}

/** The number of the mount that a descriptor is in (proc_pid_fdinfo(5)). */
function mountIdOf(fd: Fd): number {
  const text = readFileSync(`/proc/self/fdinfo/${fd.number}`, 'latin1');
  return Number(/^mnt_id:\s*(\d+)$/m.exec(text)?.[1]);
}
