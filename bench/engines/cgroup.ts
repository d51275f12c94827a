import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const ROOT = '/sys/fs/cgroup';

/**
 * The cgroup of one engine: `engine` holds the daemon and its helpers, `containers` is given to the API as
 * the parent of the containers. So the CPU time of everything that the engine starts is one number. On v1
 * and hybrid hosts only the cpuacct hierarchy is used; the engines make the others for their containers.
 */
export class EngineCgroup implements AsyncDisposable {
  /** Path below the root of each hierarchy. */
  readonly #path: string;
  readonly #folder: string;
  readonly #version: 1 | 2;

  constructor(path: string) {
    this.#path = path;
    this.#version = existsSync(join(ROOT, 'cgroup.controllers')) ? 2 : 1;
    this.#folder = join(this.#version === 2 ? ROOT : join(ROOT, 'cpuacct'), path);
    mkdirSync(join(this.#folder, 'engine'), { recursive: true });
  }

  /** For the API's `CgroupParent`. */
  get containers(): string {
    return `/${this.#path}/containers`;
  }

  /** The file that a process id is written to. */
  get entrance(): string {
    return join(this.#folder, 'engine', 'cgroup.procs');
  }

  /** CPU time used so far by the engine and its containers, those that are gone included. */
  cpuMs(): number {
    if (this.#version === 1) {
      return Number(readFileSync(join(this.#folder, 'cpuacct.usage'), 'utf8')) / 1e6;
    }
    const stat = readFileSync(join(this.#folder, 'cpu.stat'), 'utf8');
    return Number(/^usage_usec (\d+)/m.exec(stat)?.[1]) / 1e3;
  }

  /** Ids of the engine's own processes: daemons, shims, monitors, proxies; not those of the containers. */
  enginePids(): number[] {
    return pidsBelow(join(this.#folder, 'engine'));
  }

  /** Kills what is left, then removes the cgroup from every hierarchy. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (let attempt = 0; attempt < 100; attempt++) {
      const pids = pidsBelow(this.#folder);
      if (pids.length === 0) break;
      pids.forEach(killQuietly);
      await delay(50);
    }
    const hierarchies =
      this.#version === 2 ? [ROOT] : readdirSync(ROOT).map((name) => join(ROOT, name));
    for (const hierarchy of hierarchies) {
      removeTree(join(hierarchy, this.#path));
      // The parent is shared by the engines: the last one takes it along.
      removeQuietly(join(hierarchy, this.#path, '..'));
    }
  }
}

function pidsBelow(folder: string): number[] {
  if (!existsSync(folder)) return [];
  const own = readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean);
  return [...own.map(Number), ...childrenOf(folder).flatMap(pidsBelow)];
}

function childrenOf(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
}

function removeTree(folder: string): void {
  if (!existsSync(folder)) return;
  childrenOf(folder).forEach(removeTree);
  removeQuietly(folder);
}

/** Not there, or still in use by someone else: both are fine. */
function removeQuietly(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {}
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {}
}
