import { Fd, O_CLOEXEC } from './fd.js';
import { check, libc } from './libc.js';
import { AT_RECURSIVE, addMountAttributes } from './mount-attributes.js';

const c = {
  openTree: libc.fn<(number: number, dir: number, path: string, flags: number) => number>(
    'int64_t syscall(int64_t number, int dirfd, const char *path, uint32_t flags)',
  ),
  move: libc.fn<
    (number: number, from: number, path: string, to: number, at: string, flags: number) => number
  >(
    'int64_t syscall(int64_t number, int from_dfd, const char *from, int to_dfd, const char *to, uint32_t flags)',
  ),
};

/** System call numbers, the same on every architecture. */
const SYS = { openTree: 428, moveMount: 429 };
const AT_FDCWD = -100;
const OPEN_TREE_CLONE = 1;
const MOVE_MOUNT_F_EMPTY_PATH = 4;

/**
 * Makes a bind mount that has its attributes from the first moment, in every namespace that it travels to: those of a
 * remount would stay in ours (mount_setattr(2), Linux 5.12). @throws SyscallError
 */
export function bindWith(options: {
  readonly source: string;
  readonly target: string;
  readonly recursive: boolean;
  /** Or-ed `mountAttributes`. */
  readonly attributes: number;
}): void {
  const { source, target, recursive, attributes } = options;
  const flags = OPEN_TREE_CLONE | O_CLOEXEC | (recursive ? AT_RECURSIVE : 0);
  const opened = c.openTree(SYS.openTree, AT_FDCWD, source, flags);
  using tree = new Fd(check('mount', Number(opened), target));
  addMountAttributes({ fd: tree.number }, { attributes, recursive }, target);
  const at = MOVE_MOUNT_F_EMPTY_PATH;
  check('move_mount', Number(c.move(SYS.moveMount, tree.number, '', AT_FDCWD, target, at)), target);
}
