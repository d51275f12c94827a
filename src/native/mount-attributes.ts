import { check, libc } from './libc.js';

const setAttributes = libc.fn<
  (
    number: number,
    dir: number,
    path: string,
    flags: number,
    attr: BigUint64Array,
    size: number,
  ) => number
>(
  'int64_t syscall(int64_t number, int dirfd, const char *path, uint32_t flags, void *attr, uint64_t size)',
);

/** The same number on every architecture. */
const SYS_mount_setattr = 442;
const AT_FDCWD = -100;
const AT_EMPTY_PATH = 0x1000;
export const AT_RECURSIVE = 0x8000;

/** Attributes of mounts (linux/mount.h, `MOUNT_ATTR_*`). */
export const mountAttributes = { rdonly: 1, nosuid: 2, nodev: 4, noexec: 8 } as const;

/** A mount by its target, or one that is held by a descriptor. */
export type MountPlace = { readonly path: string } | { readonly fd: number };

/**
 * Adds attributes to a mount, with `recursive` to all below it; what it has stays, unlike with a remount
 * (mount_setattr(2), Linux 5.12). `attributes` are or-ed {@link mountAttributes}; `target` is named in errors.
 * @throws SyscallError
 */
export function addMountAttributes(
  place: MountPlace,
  { attributes, recursive }: { readonly attributes: number; readonly recursive: boolean },
  target: string,
): void {
  // struct mount_attr { u64 attr_set, attr_clr, propagation, userns_fd; }
  const attr = BigUint64Array.of(BigInt(attributes), 0n, 0n, 0n);
  const deep = recursive ? AT_RECURSIVE : 0;
  const [dir, path, flags] =
    'fd' in place ? [place.fd, '', deep | AT_EMPTY_PATH] : [AT_FDCWD, place.path, deep];
  const result = setAttributes(SYS_mount_setattr, dir, path, flags, attr, attr.byteLength);
  check('mount_setattr', Number(result), target);
}
