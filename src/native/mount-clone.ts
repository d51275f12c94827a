import { Fd, O_CLOEXEC } from './fd.js';
import { check, libc } from './libc.js';

const c = {
  openTree: libc.fn<(number: number, dir: number, path: string, flags: number) => number>(
    'int64_t syscall(int64_t number, int dirfd, const char *path, uint32_t flags)',
  ),
  setAttributes: libc.fn<
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
  ),
  move: libc.fn<
    (number: number, from: number, path: string, to: number, at: string, flags: number) => number
  >(
    'int64_t syscall(int64_t number, int from_dfd, const char *from, int to_dfd, const char *to, uint32_t flags)',
  ),
};

/** System call numbers, the same on every architecture. */
const SYS = { openTree: 428, moveMount: 429, mountSetattr: 442 };
const AT_FDCWD = -100;
const AT_EMPTY_PATH = 0x1000;
const AT_RECURSIVE = 0x8000;
const OPEN_TREE_CLONE = 1;
const MOVE_MOUNT_F_EMPTY_PATH = 4;

/** Attributes of mounts (linux/mount.h, `MOUNT_ATTR_*`). */
export const mountAttributes = { rdonly: 1, nosuid: 2, nodev: 4, noexec: 8 } as const;

/**
 * Makes a bind mount that has its attributes from the first moment, in every namespace that it travels to: those of a
 * remount would stay in ours (mount_setattr(2), Linux 5.12). @throws SyscallError
 */
export function bindWith(options: {
  readonly source: string;
  readonly target: string;
  readonly recursive: boolean;
  /** Or-ed {@link mountAttributes}. */
  readonly attributes: number;
}): void {
  const { source, target, recursive, attributes } = options;
  const deep = recursive ? AT_RECURSIVE : 0;
  const flags = OPEN_TREE_CLONE | O_CLOEXEC | deep;
  const opened = c.openTree(SYS.openTree, AT_FDCWD, source, flags);
  using tree = new Fd(check('mount', Number(opened), target));
  // struct mount_attr { u64 attr_set, attr_clr, propagation, userns_fd; }
  const attr = BigUint64Array.of(BigInt(attributes), 0n, 0n, 0n);
  const how = AT_EMPTY_PATH | deep;
  const size = attr.byteLength;
  const set = c.setAttributes(SYS.mountSetattr, tree.number, '', how, attr, size);
  check('mount_setattr', Number(set), target);
  const at = MOVE_MOUNT_F_EMPTY_PATH;
  check('move_mount', Number(c.move(SYS.moveMount, tree.number, '', AT_FDCWD, target, at)), target);
}
