import { closeSync, openSync, readFileSync, write } from 'node:fs';
import { join } from 'node:path/posix';

/**
 * Every move of a process into a control group takes a lock of the kernel's; the first taker in a while waits for an
 * RCU grace period, here some 10 ms, which those that come right behind it don't (cgroup_attach_lock and
 * percpu_down_write in the kernel). The runtime moves the first process of every container and exec. So that
 * nobody waits, the lock is taken on another thread while there is other work to do: the daemon moves itself to
 * where it is, which changes nothing.
 */
export class CgroupLock {
  readonly #file: string | undefined;
  #taking = false;

  /** `root` is the cgroup mount, `own` the text of /proc/self/cgroup. */
  constructor({ root, own }: { readonly root: string; readonly own: string }) {
    this.#file = ownProcs(root, own);
  }

  /** The machine's own. */
  static ofThisMachine(): CgroupLock {
    return new CgroupLock({
      root: '/sys/fs/cgroup',
      own: readFileSync('/proc/self/cgroup', 'utf8'),
    });
  }

  /** Takes the lock soon; does nothing while that is under way. It failing costs only what it would have saved. */
  takeEarly(): void {
    if (this.#taking || this.#file === undefined) return;
    let fd: number;
    try {
      fd = openSync(this.#file, 'w');
    } catch {
      return;
    }
    this.#taking = true;
    // One trip to the other thread, which begins at once: whatever this thread does meanwhile.
    write(fd, String(process.pid), () => {
      closeSync(fd);
      this.#taking = false;
    });
  }
}

/** The file that moves processes to where this one is: in a v1 hierarchy that is always there, else on v2. */
export function ownProcs(root: string, own: string): string | undefined {
  const [, v1] = /^\d+:pids:(.*)$/m.exec(own) ?? [];
  const [, v2] = /^0::(.*)$/m.exec(own) ?? [];
  if (v1 !== undefined) return join(root, 'pids', v1, 'cgroup.procs');
  return v2 === undefined ? undefined : join(root, v2, 'cgroup.procs');
}
