import { Lifetime } from '../../src/base/rollback.js';
import { TestDaemon } from './daemon.js';
import { World } from './world.js';

/** A world with a daemon that has the image tsnet/busybox. What a test adds to their `lifetime` ends before them. */
export interface DaemonWorld {
  readonly world: World;
  readonly daemon: TestDaemon;
  readonly lifetime: Lifetime;
}

/** `flags` are the daemon's. */
export async function openDaemonWorld(flags: readonly string[] = []): Promise<DaemonWorld> {
  const lifetime = new Lifetime();
  try {
    const world = lifetime.own(await World.create());
    const daemon = lifetime.own(await TestDaemon.start(world.host, flags));
    await daemon.pull();
    return { world, daemon, lifetime };
  } catch (error) {
    await lifetime[Symbol.asyncDispose]();
    throw error;
  }
}
