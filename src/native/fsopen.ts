import { Fd } from './fd.js';
import { check, libc } from './libc.js';

const c = {
  fsopen: libc.fn<(number: number, type: string, flags: number) => number>(
    'int64_t syscall(int64_t number, const char *fsname, uint32_t flags)',
  ),
  fsconfig: libc.fn<
    (
      number: number,
      fd: number,
      command: number,
      key: string | null,
      value: string | null,
      aux: number,
    ) => number
  >(
    'int64_t syscall(int64_t number, int fd, uint32_t cmd, const char *key, const char *value, int aux)',
  ),
  fsmount: libc.fn<(number: number, fd: number, flags: number, attributes: number) => number>(
    'int64_t syscall(int64_t number, int fd, uint32_t flags, uint32_t attr_flags)',
  ),
  moveMount: libc.fn<
    (
      number: number,
      fromFd: number,
      fromPath: string,
      toFd: number,
      toPath: string,
      flags: number,
    ) => number
  >(
    'int64_t syscall(int64_t number, int from_dfd, const char *from, int to_dfd, const char *to, uint32_t flags)',
  ),
};

/** System call numbers, the same on every architecture. */
const SYS = { moveMount: 429, fsopen: 430, fsconfig: 431, fsmount: 432 };
/** linux/mount.h */
const FSOPEN_CLOEXEC = 1;
const FSMOUNT_CLOEXEC = 1;
const FSCONFIG = { setFlag: 0, setString: 1, create: 6 };
const MOVE_MOUNT_F_EMPTY_PATH = 4;
const AT_FDCWD = -100;

/** A mount made option by option, so that there is no limit on their total length (Linux 5.2). */
export interface ContextMount {
  readonly type: string;
  readonly source: string;
  readonly target: string;
  /** In order; a name without value is a flag. */
  readonly options: readonly (readonly [name: string, value?: string])[];
}

/** Mounts by fsopen, fsconfig, fsmount and move_mount(2). @throws SyscallError */
export function mountByContext({ type, source, target, options }: ContextMount): void {
  using context = call('fsopen', c.fsopen(SYS.fsopen, type, FSOPEN_CLOEXEC), type);
  const configure = (command: number, key: string | null, value: string | null) => {
    const result = c.fsconfig(SYS.fsconfig, context.number, command, key, value, 0);
    check('fsconfig', Number(result), [target, key, value].filter((part) => part).join(' '));
  };
  configure(FSCONFIG.setString, 'source', source);
  for (const [name, value] of options) {
    configure(value === undefined ? FSCONFIG.setFlag : FSCONFIG.setString, name, value ?? null);
  }
  configure(FSCONFIG.create, null, null);
  using tree = call('fsmount', c.fsmount(SYS.fsmount, context.number, FSMOUNT_CLOEXEC, 0), target);
  const moved = c.moveMount(
    SYS.moveMount,
    tree.number,
    '',
    AT_FDCWD,
    target,
    MOVE_MOUNT_F_EMPTY_PATH,
  );
  check('move_mount', Number(moved), target);
}

function call(name: string, result: number, subject: string): Fd {
  return new Fd(check(name, Number(result), subject));
}
