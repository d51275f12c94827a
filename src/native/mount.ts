import { check, libc, SyscallError } from './libc.js';
import { addMountAttributes, mountAttributes } from './mount-attributes.js';

const c = {
  mount: libc.fn<
    (
      source: string,
      target: string,
      type: string | null,
      flags: number,
      data: string | null,
    ) => number
  >(
    'int mount(const char *source, const char *target, const char *type, uint64_t flags, const char *data)',
  ),
  mountAsync: libc.async<
    [source: string, target: string, type: string | null, flags: number, data: string | null]
  >(
    'int mount(const char *source, const char *target, const char *type, uint64_t flags, const char *data)',
  ),
  umount2: libc.fn<(target: string, flags: number) => number>(
    'int umount2(const char *target, int flags)',
  ),
  umount2Async: libc.async<[target: string, flags: number]>(
    'int umount2(const char *target, int flags)',
  ),
};

/** Mount flags of mount(2) (linux/mount.h). */
export const MS = {
  rdonly: 1,
  nosuid: 2,
  nodev: 4,
  noexec: 8,
  synchronous: 16,
  remount: 32,
  mandlock: 64,
  dirsync: 128,
  noatime: 1024,
  nodiratime: 2048,
  bind: 4096,
  recursive: 16384,
  unbindable: 1 << 17,
  private: 1 << 18,
  slave: 1 << 19,
  shared: 1 << 20,
  relatime: 1 << 21,
  iversion: 1 << 23,
  strictatime: 1 << 24,
  lazytime: 1 << 25,
} as const;

/** One call of mount(2). */
export interface MountOptions {
  /** A device, a folder for bind mounts, or any word for file systems without one. Default `none`. */
  readonly source?: string;
  readonly target: string;
  /** File system, e.g. `tmpfs`. Left out for bind mounts and changes. */
  readonly type?: string;
  /** Or-ed {@link MS} flags; default 0. */
  readonly flags?: number;
  /** The file system's own options, comma-separated. */
  readonly data?: string;
}

/** Mounts. @throws SyscallError naming the target. */
export function mount({ source, target, type, flags, data }: MountOptions): void {
  const result = c.mount(source ?? 'none', target, type ?? null, flags ?? 0, data ?? null);
  check('mount', result, target);
}

/** The same off the main thread: a network file system may take its time. */
export async function mountAsync(options: MountOptions): Promise<void> {
  const { source = 'none', target, type = null, flags = 0, data = null } = options;
  const { result, errno } = await c.mountAsync(source, target, type, flags, data);
  if (result < 0) throw new SyscallError('mount', errno, target);
}

/** How to unmount. */
export interface UmountOptions {
  /** Take it out of the tree now, finish when nobody uses it any more (MNT_DETACH). Default false: EBUSY if in use. */
  readonly lazy?: boolean;
  /** Don't follow a symbolic link at the end of the path (UMOUNT_NOFOLLOW). Default true. */
  readonly noFollow?: boolean;
}

/** Unmounts, waiting for the file system's dirty data. @throws SyscallError; EINVAL if nothing is mounted there. */
export function umount(target: string, options: UmountOptions = {}): void {
  check('umount2', c.umount2(target, umountFlags(options)), target);
}

/** The same off the main thread: unmounting an overlay with much dirty data takes hundreds of ms. */
export async function umountAsync(target: string, options: UmountOptions = {}): Promise<void> {
  const { result, errno } = await c.umount2Async(target, umountFlags(options));
  if (result < 0) throw new SyscallError('umount2', errno, target);
}

function umountFlags({ lazy = false, noFollow = true }: UmountOptions): number {
  return (lazy ? 2 : 0) | (noFollow ? 8 : 0);
}

/** How mounts made below a folder travel to and from its copies (mount_namespaces(7)). */
export type Propagation = 'shared' | 'slave' | 'private' | 'unbindable';

/** Changes the propagation of the mount at `target`, with `recursive` of all below it too (default true). */
export function setPropagation(target: string, kind: Propagation, recursive = true): void {
  mount({ target, flags: MS[kind] | (recursive ? MS.recursive : 0) });
}

/** A folder or file to show in a second place. */
export interface BindOptions {
  readonly source: string;
  readonly target: string;
  /** Also what is mounted below the source. Default false. */
  readonly recursive?: boolean;
  /** Not writable through the target. Default false. */
  readonly readonly?: boolean;
}

/** Makes a bind mount. A read-only one is never writable in between for those who see the target only after the call. */
export function bind({ source, target, recursive = false, readonly = false }: BindOptions): void {
  mount({ source, target, flags: MS.bind | (recursive ? MS.recursive : 0) });
  if (!readonly) return;
  try {
    makeReadonly(target, recursive);
  } catch (error) {
    umount(target, { lazy: true });
    throw error;
  }
}

/**
 * Write-protects the mount at `target`, with `recursive` all below it. Unlike a remount this keeps flags such as
 * nosuid.
 */
export function makeReadonly(target: string, recursive = false): void {
  addMountAttributes({ path: target }, { attributes: mountAttributes.rdonly, recursive }, target);
}
