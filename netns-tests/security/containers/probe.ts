/**
 * Runs in a container, as its program, and prints as JSON what it finds that it can see and do. Nothing that it tries
 * changes anything: files are opened and not written to, calls get arguments that can't be meant.
 */

import {
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  unlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** What one container finds. Lists are sorted, so that two can be compared. */
export interface Findings {
  /** Lines of /proc/self/status that tell of rights, by title. */
  readonly status: Readonly<Record<string, string>>;
  /** `number`: 0 or what errno each system call leads to with arguments that can't be meant. */
  readonly calls: Readonly<Record<string, number>>;
  /** errno of a socket of each address family. */
  readonly sockets: Readonly<Record<string, number>>;
  /** `point type options` */
  readonly mounts: readonly string[];
  /** Kernel files that can be opened for writing. */
  readonly writable: readonly string[];
  /** First bytes, or errno, of kernel files that tell of the machine. */
  readonly secrets: Readonly<Record<string, string>>;
  /** `path type major:minor mode` */
  readonly devices: readonly string[];
  /** errno of opening a device of one's own making, by `type major:minor`. */
  readonly nodes: Readonly<Record<string, string>>;
  readonly environment: readonly string[];
  readonly cwd: string;
  /** Where each namespace link leads. */
  readonly namespaces: Readonly<Record<string, string>>;
  readonly maps: readonly string[];
  readonly limits: readonly string[];
  readonly cgroup: readonly string[];
  readonly processes: readonly string[];
  readonly oomScore: string;
  readonly label: string;
}

/** The part of koffi that is used here; the container has it at a path of its own. */
interface Koffi {
  load(path: string | null): {
    func(declaration: string): (...values: (number | string)[]) => number;
  };
  errno(): number;
}

const koffi = createRequire(import.meta.url)('koffi') as Koffi;
const syscall = koffi
  .load(null)
  .func(
    'int64_t syscall(int64_t number, int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f)',
  );

/**
 * Calls (x86-64) that would end or stop the probe whatever they are given: rt_sigreturn, pause, fork, vfork, exit,
 * rt_sigsuspend, vhangup, exit_group, uretprobe, uprobe; and shmget, semget, msgget, which would leave something.
 */
const unfit = new Set([15, 34, 57, 58, 60, 130, 153, 231, 335, 336, 29, 64, 68]);
const LAST_CALL = 470;
/** x32's calls have this bit. */
const X32 = 0x40000000;

function errnoOf(number: number, ...given: number[]): number {
  const values = [...given, -1, -1, -1, -1, -1, -1].slice(0, 6);
  return syscall(number, ...values) < 0 ? koffi.errno() : 0;
}

function calls(): Record<string, number> {
  const numbers = Array.from({ length: LAST_CALL }, (_, number) => number);
  const fit = numbers.filter((number) => !unfit.has(number));
  const found = [...fit, X32 + 39, X32 + 165].map((number) => [number, errnoOf(number)] as const);
  return Object.fromEntries(found);
}

function sockets(): Record<string, number> {
  const SOCKET = 41;
  const STREAM = 1;
  const families = Array.from({ length: 46 }, (_, family) => family);
  return Object.fromEntries(
    families.map((family) => {
      const fd = syscall(SOCKET, family, STREAM, 0, 0, 0, 0);
      if (fd < 0) return [family, koffi.errno()];
      closeSync(Number(fd));
      return [family, 0];
    }),
  );
}

const rights = /^(Uid|Gid|Groups|Cap\w+|NoNewPrivs|Seccomp|Seccomp_filters):\s*(.*)$/gm;

function status(): Record<string, string> {
  const text = readFileSync('/proc/self/status', 'utf8');
  return Object.fromEntries([...text.matchAll(rights)].map(([, title, value]) => [title, value]));
}

function mounts(): string[] {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').trim().split('\n');
  return lines.map((line) => {
    const [own = '', rest = ''] = line.split(' - ');
    const [, , , , point = '', options = ''] = own.split(' ');
    const [type = ''] = rest.split(' ');
    const shared = own.split(' ').slice(6).join(',').replaceAll(/\d+/g, 'N');
    return [point, type, options.split(',').sort().join(','), shared].join(' ').trim();
  });
}

/** All files below a folder, links not followed, some levels deep. */
function* filesBelow(folder: string, depth: number): Generator<string> {
  for (const entry of attempt(() => readdirSync(folder, { withFileTypes: true })) ?? []) {
    const path = join(folder, entry.name);
    // Of processes only our own; it is there by the name of self.
    if (folder === '/proc' && /^\d+$|^thread-self$/.test(entry.name)) continue;
    if (entry.isDirectory() && depth > 0) yield* filesBelow(path, depth - 1);
    // What is mounted over it may be of another kind: the masks are.
    else if (attempt(() => lstatSync(path))?.isFile()) yield path;
  }
}

function writable(): string[] {
  const found: string[] = [];
  const folders: [string, number][] = [
    ['/proc', 7],
    ['/proc/self', 0],
    ['/sys', 4],
  ];
  for (const [folder, depth] of folders) {
    for (const path of filesBelow(folder, depth)) {
      if (opening(path, constants.O_WRONLY) === '') found.push(path);
    }
  }
  return found.sort();
}

/** Empty if it can be opened; else why not. */
function opening(path: string, flags: number): string {
  try {
    closeSync(openSync(path, flags | constants.O_NONBLOCK | constants.O_NOCTTY));
    return '';
  } catch (error) {
    return codeOf(error);
  }
}

const telling = [
  '/proc/kcore',
  '/proc/keys',
  '/proc/timer_list',
  '/proc/sched_debug',
  '/proc/interrupts',
  '/proc/kmsg',
  '/proc/kallsyms',
  '/proc/latency_stats',
  '/proc/key-users',
  '/proc/sysrq-trigger',
  '/proc/1/environ',
  '/proc/1/mem',
  '/proc/acpi',
  '/proc/scsi',
  '/proc/asound',
  '/sys/firmware',
  '/sys/devices/virtual/powercap',
  '/sys/kernel/security',
  '/sys/kernel/debug',
  '/sys/kernel/tracing',
  '/sys/fs/bpf',
];

/** How much there is to be read, as far as one read or one listing goes: what it says differs by the second. */
function secret(path: string): string {
  try {
    if (lstatSync(path).isDirectory())
      return `${readdirSync(path).length === 0 ? 'no' : 'some'} files`;
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      return readSync(fd, Buffer.alloc(64)) === 0 ? 'empty' : 'text';
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    return codeOf(error);
  }
}

function devices(): string[] {
  const found: string[] = [];
  const visit = (folder: string) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      const { rdev, mode } = lstatSync(path);
      const kind = entry.isCharacterDevice() ? 'c' : entry.isBlockDevice() ? 'b' : '-';
      if (entry.isDirectory()) visit(path);
      found.push(`${path} ${kind} ${rdev} ${(mode & 0o777).toString(8)}`);
    }
  };
  visit('/dev');
  return found.sort();
}

/** mem, kmsg, port, tty0, loop-control, tun, fuse, the first disks and loop devices, null. */
const numbers: readonly (readonly ['c' | 'b', number, number])[] = [
  ['c', 1, 1],
  ['c', 1, 4],
  ['c', 1, 11],
  ['c', 4, 0],
  ['c', 10, 237],
  ['c', 10, 200],
  ['c', 10, 229],
  ['b', 7, 0],
  ['b', 8, 0],
  ['b', 253, 0],
  ['b', 254, 0],
  ['b', 259, 0],
  ['c', 1, 3],
];

function nodes(): Record<string, string> {
  const [CHARACTER, BLOCK] = [0o020666, 0o060666];
  mkdirSync('/tmp/nodes', { recursive: true });
  process.chdir('/tmp/nodes');
  const make = koffi.load(null).func('int mknod(const char *path, int mode, int64_t dev)');
  const found = numbers.map(([kind, major, minor]) => {
    const device = major * 256 + minor;
    const made = make('node', kind === 'c' ? CHARACTER : BLOCK, device);
    const outcome =
      made < 0 ? `not made: ${koffi.errno()}` : opening('node', constants.O_RDWR) || 'opened';
    attempt(() => unlinkSync('node'));
    return [`${kind} ${major}:${minor}`, outcome];
  });
  return Object.fromEntries(found) as Record<string, string>;
}

function namespaces(): Record<string, string> {
  const folder = '/proc/self/ns';
  return Object.fromEntries(
    readdirSync(folder).map((name) => [name, readlinkSync(join(folder, name))]),
  );
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

const lines = (path: string) => readFileSync(path, 'utf8').trim().split('\n');

const findings: Findings = {
  cwd: process.cwd(),
  status: status(),
  mounts: mounts(),
  writable: writable(),
  secrets: Object.fromEntries(telling.map((path) => [path, secret(path)])),
  devices: devices(),
  nodes: nodes(),
  environment: Object.keys(process.env).sort(),
  namespaces: namespaces(),
  maps: [...lines('/proc/self/uid_map'), ...lines('/proc/self/gid_map')],
  limits: lines('/proc/self/limits'),
  cgroup: lines('/proc/self/cgroup'),
  processes: readdirSync('/proc').filter((name) => /^\d+$/.test(name)),
  oomScore: readFileSync('/proc/self/oom_score_adj', 'utf8').trim(),
  label: attempt(() => readFileSync('/proc/self/attr/current', 'utf8').trim()) ?? 'none',
  sockets: sockets(),
  calls: calls(),
};
process.stdout.write(`${JSON.stringify(findings)}\n`, () => process.exit(0));
