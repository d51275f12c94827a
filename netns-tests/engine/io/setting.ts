import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { TestDaemon } from '../../world/daemon.js';
import { useInSuite } from '../../world/suite.js';
import { World } from '../../world/world.js';

/** The image that needs no registry. */
export const image = 'tsnet/busybox';

/** A daemon in a world of its own, with an image. */
export class Setting implements AsyncDisposable {
  readonly world: World;
  readonly daemon: TestDaemon;

  private constructor(world: World, daemon: TestDaemon) {
    this.world = world;
    this.daemon = daemon;
  }

  static async create(flags: readonly string[] = []): Promise<Setting> {
    const world = await World.create();
    const daemon = await TestDaemon.start(world.host, flags);
    await daemon.pull();
    return new Setting(world, daemon);
  }

  /** Starts a shell command in the background, without a network; gives the container's id. */
  start(script: string, ...options: readonly string[]): Promise<string> {
    return this.daemon.mustRun([
      ...['run', '-d', '--network', 'none', '--stop-signal', 'KILL'],
      ...[...options, image, 'sh', '-c', script],
    ]);
  }

  /** Waits for a container's end; gives its exit code. */
  async ended(id: string): Promise<number> {
    return Number(await this.daemon.must(`wait ${id}`));
  }

  /** The file that a container's output is written to. */
  logPath(id: string): string {
    return join(this.daemon.folder, 'data/containers', id, `${id}-json.log`);
  }

  /** Sizes of the files of a container's log, by what follows the name of the one that is written. */
  logFiles(id: string): Map<string, number> {
    const path = this.logPath(id);
    const names = readdirSync(dirname(path)).filter((name) => name.startsWith(basename(path)));
    return new Map(
      names.map((name) => [
        name.slice(basename(path).length),
        statSync(join(dirname(path), name)).size,
      ]),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.daemon[Symbol.asyncDispose]();
    await this.world[Symbol.asyncDispose]();
  }
}

/** Gives a suite its daemon; skipped when not root. */
export function useSetting(flags: readonly string[] = []): { readonly it: Setting } {
  return useInSuite(() => Setting.create(flags));
}
