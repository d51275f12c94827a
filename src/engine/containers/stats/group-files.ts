import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path/posix';
import { isErrno } from '../../../native/libc.js';

/** Which part of a control group is read. */
export type Controller = 'cpu' | 'cpuacct' | 'memory' | 'blkio' | 'pids';

/** The files of one control group. A file that isn't there is empty. */
export interface GroupFiles {
  /** How the group's folder for a controller is laid out: a hybrid machine has some of each. */
  version(controller: Controller): 1 | 2;
  read(controller: Controller, file: string): string;
}

const v2Names: Readonly<Record<Controller, string>> = {
  cpu: 'cpu',
  cpuacct: 'cpu',
  memory: 'memory',
  blkio: 'io',
  pids: 'pids',
};

/** The control groups of a container, by its first process. @throws Error ENOENT if that is gone */
export function groupFilesOf(
  process: { readonly id: string; readonly pid: number },
  root = '/sys/fs/cgroup',
  proc = '/proc',
): GroupFiles {
  const paths = parseGroups(readFileSync(join(proc, String(process.pid), 'cgroup'), 'utf8'));
  const isPureV2 = existsSync(join(root, 'cgroup.controllers'));
  const unified = join(root, isPureV2 ? '' : 'unified', ownPart(paths.get('') ?? '/', process.id));
  const folders = new Map<Controller, string>();
  for (const controller of Object.keys(v2Names) as Controller[]) {
    const path = isPureV2 ? undefined : paths.get(controller);
    if (path !== undefined)
      folders.set(controller, join(root, controller, ownPart(path, process.id)));
  }
  return {
    version: (controller) => (folders.has(controller) ? 1 : 2),
    read: (controller, file) => readOr(join(folders.get(controller) ?? unified, file)),
  };
}

/** Lines `4:cpu,cpuacct:/path`, and `0::/path` of the unified tree (cgroups(7)). */
export function parseGroups(text: string): Map<string, string> {
  const groups = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) continue;
    for (const controller of controllers.split(',')) groups.set(controller, path);
  }
  return groups;
}

/** A container may have moved its first process to a group below its own. */
function ownPart(path: string, id: string): string {
  const at = path.indexOf(id);
  return at < 0 ? path : path.slice(0, at + id.length);
}

function readOr(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ENODEV', 'EOPNOTSUPP')) return '';
    throw error;
  }
}
