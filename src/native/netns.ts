import { constants, promises, statfsSync, statSync, unlinkSync } from 'node:fs';
import { Conflict } from '../base/errors.js';
import { Fd } from './fd.js';
import { check, isErrno, libc } from './libc.js';
import { bind, umount } from './mount.js';

const c = {
  unshare: libc.fn<(flags: number) => number>('int unshare(int flags)'),
  setns: libc.fn<(fd: number, type: number) => number>('int setns(int fd, int nstype)'),
};

const CLONE_NEWNET = 0x40000000;
/** statfs(2) type of a file that pins a namespace (linux/magic.h). */
const NSFS_MAGIC = 0x6e736673;
const currentNamespace = '/proc/thread-self/ns/net';

/** `T` unless it is a promise: work inside a namespace must be done when the function returns. */
export type Sync<T> = T extends PromiseLike<unknown> ? never : T;

/**
 * Network namespaces, seen from the thread that made this object; "home" is the one it was made in, the
 * host's for a daemon that was started there. A namespace belongs to a thread (setns(2)), JavaScript runs on
 * one, so a synchronous function can run inside another namespace without anyone else noticing.
 *
 * Inside, use only synchronous calls: koffi functions, `fs.*Sync`, and `net.Server.listen({fd})` on a socket
 * made there. `fs.promises`, `dns` and everything else on libuv's pool runs at home, if
 * {@link warmThreadPool} was awaited before.
 */
export class Namespaces implements Disposable {
  readonly #home: Fd;
  #current: Fd;

  constructor() {
    this.#home = Fd.open(currentNamespace);
    this.#current = this.#home;
  }

  /** The namespace that the process lives in. Owned by this object. */
  get home(): Fd {
    return this.#home;
  }

  /**
   * Makes a namespace and pins it to the file `path` (created; its folder must exist), so that it lives until
   * {@link Namespaces.remove}. Its loopback is down. @throws Conflict if a namespace is pinned there already.
   */
  make(path: string): void {
    if (isNetns(path)) throw new Conflict(`network namespace ${path} already exists`);
    Fd.open(path, constants.O_RDONLY | constants.O_CREAT, 0o444).close();
    const before = this.#current;
    try {
      check('unshare', c.unshare(CLONE_NEWNET), 'network namespace');
      try {
        bind({ source: currentNamespace, target: path });
      } finally {
        enterOrDie(before);
      }
    } catch (error) {
      unlinkSync(path);
      throw error;
    }
  }

  /** Unpins the namespace; it dies when its last process and descriptor are gone. Already gone is fine. */
  remove(path: string): void {
    try {
      umount(path, { lazy: true });
    } catch (error) {
      // EINVAL: a file that pins nothing, left by a reboot or a crash between its creation and the mount.
      if (!isErrno(error, 'ENOENT', 'EINVAL')) throw error;
    }
    try {
      unlinkSync(path);
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw error;
    }
  }

  /** Opens a namespace by its pin or `/proc/<pid>/ns/net`; the caller closes it. @throws SyscallError */
  open(path: string): Fd {
    return Fd.open(path);
  }

  /**
   * Runs `work` inside a namespace and comes back, whatever happens; nests. An async function does not
   * compile. If the way back fails the process is aborted: one in the wrong namespace is worse than none.
   */
  run<T>(namespace: Fd, work: () => Sync<T>): T {
    const before = this.#current;
    check('setns', c.setns(namespace.number, CLONE_NEWNET), 'network namespace');
    this.#current = namespace;
    try {
      return work();
    } finally {
      this.#current = before;
      enterOrDie(before);
    }
  }

  /** {@link Namespaces.run} in the namespace pinned at `path`. */
  runAt<T>(path: string, work: () => Sync<T>): T {
    using namespace = this.open(path);
    return this.run(namespace, work);
  }

  [Symbol.dispose](): void {
    this.#home.close();
  }
}

function enterOrDie(namespace: Fd): void {
  if (!namespace.isOpen || c.setns(namespace.number, CLONE_NEWNET) !== 0) process.abort();
}

/** Whether a namespace is pinned at the path. */
export function isNetns(path: string): boolean {
  try {
    return statfsSync(path).type === NSFS_MAGIC;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return false;
    throw error;
  }
}

/** What tells a namespace from all others while it lives: the inode number that `lsns` shows. */
export function netnsInode(path: string = currentNamespace): bigint {
  return statSync(path, { bigint: true }).ino;
}

/** Whether two pins (or `/proc/<pid>/ns/net`) are the same namespace. */
export function sameNetns(a: string, b: string): boolean {
  return netnsInode(a) === netnsInode(b);
}

/**
 * Starts libuv's pool threads where the process is now. Threads are born in the namespace that the main
 * thread is in at the moment, and stay: to be awaited before the first {@link Namespaces.run}.
 * `threads` is the pool's size, UV_THREADPOOL_SIZE.
 */
export async function warmThreadPool(threads = 4): Promise<void> {
  await Promise.all(Array.from({ length: threads }, () => promises.stat('/')));
}
