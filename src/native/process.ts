import { constants } from 'node:fs';
import { duplicateFd, Fd } from './fd.js';
import { check, checkErrno, libc } from './libc.js';

type Pointer = Uint8Array;

const c = {
  spawn: libc.fn<
    (
      pid: Int32Array,
      path: string,
      actions: Pointer,
      attributes: Pointer,
      argv: readonly (string | null)[],
      env: readonly (string | null)[],
    ) => number
  >(
    'int posix_spawn(void *pid, const char *path, void *actions, void *attr, const char **argv, const char **envp)',
  ),
  actionsInit: libc.fn<(actions: Pointer) => number>(
    'int posix_spawn_file_actions_init(void *actions)',
  ),
  actionsDestroy: libc.fn<(actions: Pointer) => number>(
    'int posix_spawn_file_actions_destroy(void *actions)',
  ),
  addDup2: libc.fn<(actions: Pointer, from: number, to: number) => number>(
    'int posix_spawn_file_actions_adddup2(void *actions, int fd, int newfd)',
  ),
  addClose: libc.fn<(actions: Pointer, fd: number) => number>(
    'int posix_spawn_file_actions_addclose(void *actions, int fd)',
  ),
  /** glibc 2.34 */
  addCloseFrom: libc.fn<(actions: Pointer, fd: number) => number>(
    'int posix_spawn_file_actions_addclosefrom_np(void *actions, int from)',
  ),
  addOpen: libc.fn<
    (actions: Pointer, fd: number, path: string, flags: number, mode: number) => number
  >(
    'int posix_spawn_file_actions_addopen(void *actions, int fd, const char *path, int oflag, uint32_t mode)',
  ),
  addChdir: libc.fn<(actions: Pointer, path: string) => number>(
    'int posix_spawn_file_actions_addchdir_np(void *actions, const char *path)',
  ),
  attrInit: libc.fn<(attr: Pointer) => number>('int posix_spawnattr_init(void *attr)'),
  attrDestroy: libc.fn<(attr: Pointer) => number>('int posix_spawnattr_destroy(void *attr)'),
  attrFlags: libc.fn<(attr: Pointer, flags: number) => number>(
    'int posix_spawnattr_setflags(void *attr, int16_t flags)',
  ),
  attrMask: libc.fn<(attr: Pointer, set: Pointer) => number>(
    'int posix_spawnattr_setsigmask(void *attr, void *set)',
  ),
  attrDefault: libc.fn<(attr: Pointer, set: Pointer) => number>(
    'int posix_spawnattr_setsigdefault(void *attr, void *set)',
  ),
  setns: libc.fn<(fd: number, type: number) => number>('int setns(int fd, int nstype)'),
  unshare: libc.fn<(flags: number) => number>('int unshare(int flags)'),
  fchdir: libc.fn<(fd: number) => number>('int fchdir(int fd)'),
};

/** spawn.h */
const SETSIGDEF = 0x04;
const SETSIGMASK = 0x08;
const SETSID = 0x80;
const CLONE_FS = 0x200;
const CLONE_NEWNS = 0x20000;
const CLONE_NEWNET = 0x40000000;
/** Room for the opaque C structs: glibc's are 80 and 336 bytes, musl's about the same; a sigset_t has 128. */
const OPAQUE_SIZE = 1024;
const SIGSET_SIZE = 128;

/** A program to start. */
export interface SpawnOptions {
  /** Path of the executable; no PATH search. */
  readonly file: string;
  /** All arguments, argv[0] too. */
  readonly argv: readonly string[];
  /** The whole environment; nothing is inherited. Default empty. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default: the daemon's. */
  readonly cwd?: string;
  /** Child's descriptor -> ours. 0, 1 and 2 are /dev/null unless given; nothing else is inherited. */
  readonly fds?: Readonly<Record<number, number>>;
  /** Start it in this network namespace (a descriptor of it). Default: the one entered at the moment. */
  readonly netnsFd?: number;
  /** Start it in this mount namespace; `file` and `cwd` are looked up there. */
  readonly mntnsFd?: number;
  /** Make it the leader of a new session (setsid(2)). Default false. */
  readonly newSession?: boolean;
}

/**
 * Starts a program by posix_spawn(3), which takes 0.1 ms whatever the size of our heap; fork(2) copies its
 * page tables. Signals are set to their defaults and unblocked. The caller must reap the child: see `Children`.
 * @returns its pid @throws SyscallError, e.g. ENOENT when there is no such file
 */
export function spawn(options: SpawnOptions): number {
  const { netnsFd, mntnsFd } = options;
  const start = () => spawnHere(options);
  const inNet = netnsFd === undefined ? start : () => inNamespace('net', netnsFd, start);
  return mntnsFd === undefined ? inNet() : inMountNamespace(mntnsFd, inNet);
}

function spawnHere(options: SpawnOptions): number {
  const actions = new Uint8Array(OPAQUE_SIZE);
  const attributes = new Uint8Array(OPAQUE_SIZE);
  const pid = new Int32Array(1);
  const moved: Fd[] = [];
  c.actionsInit(actions);
  c.attrInit(attributes);
  try {
    addFileActions(actions, options, moved);
    setAttributes(attributes, options.newSession ?? false);
    const env = Object.entries(options.env ?? {}).map(([name, value]) => `${name}=${value}`);
    const { file, argv } = options;
    checkErrno(
      'posix_spawn',
      c.spawn(pid, file, actions, attributes, [...argv, null], [...env, null]),
      file,
    );
    return pid[0] ?? -1;
  } finally {
    c.actionsDestroy(actions);
    c.attrDestroy(attributes);
    for (const fd of moved) fd.close();
  }
}

function addFileActions(actions: Pointer, { fds = {}, cwd }: SpawnOptions, moved: Fd[]): void {
  const targets = Object.keys(fds).map(Number);
  const beyond = Math.max(2, ...targets) + 1;
  for (const target of [0, 1, 2]) {
    if (target in fds) continue;
    c.addOpen(actions, target, '/dev/null', constants.O_RDWR, 0);
  }
  for (const [target, source] of Object.entries(fds)) {
    // An earlier dup2 (or /dev/null above) may have overwritten a low source: take a copy out of reach.
    const safe =
      source >= beyond || source === Number(target) ? source : duplicateFd(source, beyond);
    if (safe instanceof Fd) moved.push(safe);
    const number = safe instanceof Fd ? safe.number : safe;
    checkErrno('posix_spawn_file_actions_adddup2', c.addDup2(actions, number, Number(target)));
  }
  closeOthers(actions, targets, beyond);
  if (cwd !== undefined) {
    checkErrno('posix_spawn_file_actions_addchdir_np', c.addChdir(actions, cwd), cwd);
  }
}

/** What we opened is close-on-exec; this is for what we were started with. */
function closeOthers(actions: Pointer, targets: readonly number[], beyond: number): void {
  for (let fd = 3; fd < beyond; fd++) {
    if (!targets.includes(fd)) c.addClose(actions, fd);
  }
  if (libc.has('posix_spawn_file_actions_addclosefrom_np')) c.addCloseFrom(actions, beyond);
}

function setAttributes(attributes: Pointer, newSession: boolean): void {
  const none = new Uint8Array(SIGSET_SIZE);
  const all = new Uint8Array(SIGSET_SIZE).fill(0xff);
  c.attrMask(attributes, none);
  c.attrDefault(attributes, all);
  c.attrFlags(attributes, SETSIGDEF | SETSIGMASK | (newSession ? SETSID : 0));
}

function inNamespace<T>(kind: 'net' | 'mnt', fd: number, work: () => T): T {
  const type = kind === 'net' ? CLONE_NEWNET : CLONE_NEWNS;
  using before = Fd.open(`/proc/thread-self/ns/${kind}`);
  check('setns', c.setns(fd, type), `${kind} namespace`);
  try {
    return work();
  } finally {
    if (c.setns(before.number, type) !== 0) process.abort();
  }
}

/**
 * setns(2) to a mount namespace also moves the root and the working directory, and is refused while other
 * threads share those: so the main thread gets its own first. From then on process.chdir and
 * process.umask don't reach libuv's pool threads.
 */
function inMountNamespace<T>(fd: number, work: () => T): T {
  check('unshare', c.unshare(CLONE_FS), 'file system context');
  using directory = Fd.open('.', constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    return inNamespace('mnt', fd, work);
  } finally {
    if (c.fchdir(directory.number) !== 0) process.abort();
  }
}
