import { existsSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path/posix';
import { isErrno } from '../../native/libc.js';

const ROOT = '/sys/fs/cgroup';

/**
 * The control groups of containers, as files. On v1 a group is a folder in each hierarchy, on v2 one folder.
 * Paths are those given to the runtime as `cgroupsPath`.
 */
export class CgroupTree {
  readonly version: 1 | 2;
  /** Where the trees are mounted. */
  readonly root: string;

  constructor(root: string = ROOT) {
    this.root = root;
    this.version = existsSync(join(root, 'cgroup.controllers')) ? 2 : 1;
  }

  /** v1 with a v2 tree beside it that has controllers of its own: crun refuses to work where it sees that. */
  get isHybrid(): boolean {
    const controllers = join(this.unified, 'cgroup.controllers');
    return this.version === 1 && readOr(controllers, '').trim() !== '';
  }

  /** Where hybrid machines have the v2 tree. */
  get unified(): string {
    return join(this.root, 'unified');
  }

  /** All processes of the group and of those below it. */
  pids(path: string): number[] {
    return processesBelow(this.#folder('pids', path) ?? this.#folder('memory', path) ?? '');
  }

  /** Stops or lets run all processes of the group. @throws Error ENOENT if there is no such group */
  freeze(path: string, frozen: boolean): void {
    if (this.version === 2) {
      writeFileSync(join(this.root, path, 'cgroup.freeze'), frozen ? '1' : '0');
    } else {
      const state = join(this.root, 'freezer', path, 'freezer.state');
      writeFileSync(state, frozen ? 'FROZEN' : 'THAWED');
    }
  }

  /** Whether all processes of the group stand still by now. */
  isFrozen(path: string): boolean {
    if (this.version === 2) {
      return /^frozen 1/m.test(readOr(join(this.root, path, 'cgroup.events'), ''));
    }
    const state = join(this.root, 'freezer', path, 'freezer.state');
    return readOr(state, '').trim() === 'FROZEN';
  }

  /** Whether the kernel killed a process of the group for want of memory. */
  wasOutOfMemory(path: string): boolean {
    const folder = this.#folder('memory', path);
    if (folder === undefined) return false;
    const file = this.version === 2 ? 'memory.events' : 'memory.oom_control';
    const count = /^oom_kill (\d+)/m.exec(readOr(join(folder, file), ''))?.[1];
    return Number(count ?? 0) > 0;
  }

  /**
   * Removes what is left of a group that has no processes any more; already gone is fine.
   * @returns whether all of it is gone: a process may still be on its way out
   */
  remove(path: string): boolean {
    if (partsOf(path) === 0) throw new Error('the root control group is not ours to remove');
    const hierarchies = this.version === 2 ? [''] : readdirSync(this.root);
    const folders = hierarchies.map((hierarchy) => join(this.root, hierarchy, path));
    for (const folder of folders) removeTree(folder);
    return !folders.some((folder) => existsSync(folder));
  }

  #folder(controller: string, path: string): string | undefined {
    const folder = join(this.root, this.version === 2 ? '' : controller, path);
    return existsSync(folder) ? folder : undefined;
  }
}

function partsOf(path: string): number {
  return path.split('/').filter((part) => part !== '' && part !== '.').length;
}

function processesBelow(folder: string): number[] {
  const own = readOr(join(folder, 'cgroup.procs'), '').split('\n').filter(Boolean).map(Number);
  return [...own, ...childrenOf(folder).flatMap(processesBelow)];
}

function removeTree(folder: string): void {
  // Most have no groups inside: that is looked for when it turns out that there are some.
  if (removed(folder)) return;
  for (const child of childrenOf(folder)) removeTree(child);
  removed(folder);
}

/** Whether it is gone. */
function removed(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return true;
    // EBUSY: there are groups inside, or a process is still on its way out.
    if (isErrno(error, 'EBUSY', 'ENOTEMPTY', 'EPERM')) return false;
    throw error;
  }
}

function childrenOf(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(folder, entry.name));
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ENODEV')) return [];
    throw error;
  }
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ENODEV')) return otherwise;
    throw error;
  }
}
