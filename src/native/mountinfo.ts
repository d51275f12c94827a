import { readFileSync } from 'node:fs';

/** One mount, a line of /proc/<pid>/mountinfo (proc_pid_mountinfo(5)). */
export interface MountInfo {
  readonly id: number;
  readonly parent: number;
  /** `major:minor` of the file system. */
  readonly device: string;
  /** Which folder of the file system is mounted. */
  readonly root: string;
  readonly mountPoint: string;
  /** Options of this mount, e.g. `['rw', 'relatime']`. */
  readonly options: readonly string[];
  /** Propagation tags, e.g. `['shared:1', 'master:2']`; empty for a private mount. */
  readonly tags: readonly string[];
  /** File system, e.g. `overlay`. */
  readonly type: string;
  readonly source: string;
  /** Options of the file system. */
  readonly superOptions: readonly string[];
}

/** The mounts that a process sees, in order of mounting; by default our own main thread. */
export function mounts(path = '/proc/thread-self/mountinfo'): MountInfo[] {
  return parseMountInfo(readFileSync(path, 'utf8'));
}

/** Whether something is mounted at the (absolute, normalised) path itself. */
export function isMountPoint(path: string): boolean {
  return mounts().some((mount) => mount.mountPoint === path);
}

/** Reads the text of a mountinfo file. */
export function parseMountInfo(text: string): MountInfo[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map(parseLine);
}

/** `36 35 98:0 /root /mnt rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=continue` */
function parseLine(line: string): MountInfo {
  const fields = line.split(' ');
  const dash = fields.indexOf('-', 6);
  const [id = '', parent = '', device = '', root = '', mountPoint = '', options = ''] = fields;
  const [type = '', source = '', superOptions = ''] = fields.slice(dash + 1);
  return {
    id: Number(id),
    parent: Number(parent),
    device,
    root: unescapeOctal(root),
    mountPoint: unescapeOctal(mountPoint),
    options: options.split(','),
    tags: fields.slice(6, dash),
    type,
    source: unescapeOctal(source),
    superOptions: superOptions.split(',').map(unescapeOctal),
  };
}

/** Space, tab, newline and backslash (and `#`) are written as three octal digits. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}
