import { existsSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { TestDaemon } from '../../world/daemon.js';
import { useInSuite } from '../../world/suite.js';
import { World } from '../../world/world.js';

/** The image of all containers here. */
export const image = 'tsnet/busybox';

/** A control group for containers that name one; other files that are tested meanwhile have their own. */
export const parentGroup = `tsnet-test-parent-${process.pid}`;

/** A daemon in a world of its own. */
export class Lab implements AsyncDisposable {
  readonly #world: World;
  readonly daemon: TestDaemon;

  private constructor(world: World, daemon: TestDaemon) {
    this.#world = world;
    this.daemon = daemon;
  }

  static async create(flags: readonly string[]): Promise<Lab> {
    const world = await World.create();
    try {
      return new Lab(world, await TestDaemon.start(world.host, flags));
    } catch (error) {
      await world[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Runs a command of a shell in a new container to its end; gives its output. `options` split at spaces. */
  shell(options: string, script: string): Promise<string> {
    const flags = options.split(' ').filter(Boolean);
    return this.daemon.mustRun(['run', '--rm', ...flags, image, 'sh', '-c', script]);
  }

  /** Starts one that goes on until it is removed; gives its id. */
  start(name: string, options = ''): Promise<string> {
    const flags = options.split(' ').filter(Boolean);
    const kill = ['--stop-signal', 'KILL'];
    const run = ['run', '-d', '--name', name, ...kill, ...flags];
    return this.daemon.mustRun([...run, image, 'sleep', '1000']);
  }

  /** What a command that must fail says. */
  async refusal(line: string): Promise<string> {
    const { code, stderr } = await this.daemon.run(line.split(' '));
    if (code === 0) throw new Error(`${line}: it did not fail`);
    return stderr;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.daemon[Symbol.asyncDispose]();
    // Parents that were named are left standing, as Docker leaves them.
    for (const hierarchy of readdirSync('/sys/fs/cgroup')) {
      for (const group of [`${parentGroup}/below`, parentGroup]) {
        const folder = join('/sys/fs/cgroup', hierarchy, group);
        if (existsSync(folder)) rmdirSync(folder);
      }
    }
    await this.#world[Symbol.asyncDispose]();
  }
}

/** Gives a suite its daemon; skipped when not root. */
export function useLab(...flags: readonly string[]): { readonly it: Lab } {
  return useInSuite(() => Lab.create(flags));
}
