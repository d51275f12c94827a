import { setTimeout as delay } from 'node:timers/promises';
import { run } from '../../world/command.js';
import { TestDaemon } from '../../world/daemon.js';
import { needsRoot } from '../../world/root.js';
import { World } from '../../world/world.js';

export const image = 'tsnet/busybox';

/** What inspect tells of a container that these tests look at. */
export interface Known {
  readonly Id: string;
  readonly RestartCount: number;
  readonly HostConfig: { readonly CpuShares: number };
  readonly State: {
    readonly Status: string;
    readonly Running: boolean;
    readonly Restarting: boolean;
    readonly OOMKilled: boolean;
    readonly ExitCode: number;
    readonly Pid: number;
    readonly StartedAt: string;
    readonly Health?: {
      readonly Status: string;
      readonly FailingStreak: number;
      readonly Log: readonly object[];
    };
  };
}

/** A daemon in a world of its own with the image that its containers are made of. */
export class Stage implements AsyncDisposable {
  readonly world: World;
  readonly daemon: TestDaemon;

  private constructor(world: World, daemon: TestDaemon) {
    this.world = world;
    this.daemon = daemon;
  }

  static async create(...flags: readonly string[]): Promise<Stage> {
    const world = await World.create();
    const daemon = await TestDaemon.start(world.host, flags);
    await daemon.must(`pull -q ${image}`);
    return new Stage(world, daemon);
  }

  /** Runs a container in the background; `flags` and `command` as words. */
  run(name: string, flags: string, ...command: readonly string[]): Promise<string> {
    const words = flags === '' ? [] : flags.split(' ');
    return this.daemon.mustRun(['run', '-d', '--name', name, ...words, image, ...command]);
  }

  /** One that runs until it is killed. */
  sleeper(name: string, flags = ''): Promise<string> {
    return this.run(name, `--stop-signal KILL ${flags}`.trim(), 'sleep', '1000');
  }

  inspect(name: string): Promise<Known> {
    return this.daemon.api.must<Known>('GET', `/containers/${name}/json`);
  }

  async status(name: string): Promise<string> {
    return (await this.inspect(name)).State.Status;
  }

  /** What happened to a container so far. */
  async actions(name: string): Promise<string[]> {
    const until = Math.ceil(Date.now() / 1000);
    const filters = encodeURIComponent(JSON.stringify({ container: [name], type: ['container'] }));
    const path = `/events?since=${until - 600}&until=${until}&filters=${filters}`;
    const text = String((await this.daemon.api.ask('GET', path)).body);
    return text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).Action);
  }

  /** Waits until what is known of a container is so. */
  async until(name: string, isSo: (known: Known) => boolean): Promise<Known> {
    for (let tries = 0; tries < 200; tries++) {
      const known = await this.inspect(name);
      if (isSo(known)) return known;
      await delay(50);
    }
    throw new Error(`${name}: ${JSON.stringify((await this.inspect(name)).State)}`);
  }

  /** Ends the daemon and starts it again. */
  async restart(signal: 'SIGKILL' | 'SIGTERM', meanwhile?: () => Promise<void>): Promise<void> {
    await this.daemon.stop(signal);
    await meanwhile?.();
    await this.daemon.start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.daemon[Symbol.asyncDispose]();
    await this.world[Symbol.asyncDispose]();
  }
}

/** Gives each test of a suite a daemon of its own; skipped when not root. */
export function useStage(...flags: readonly string[]): { readonly it: Stage } {
  const holder: { stage?: Stage } = {};
  beforeEach(async function () {
    needsRoot.call(this);
    this.timeout(30_000);
    holder.stage = await Stage.create(...flags);
  });
  afterEach(async function () {
    this.timeout(30_000);
    await holder.stage?.[Symbol.asyncDispose]();
  });
  return {
    get it() {
      if (!holder.stage) throw new Error('the test has no daemon yet');
      return holder.stage;
    },
  };
}

/** Command lines of processes anywhere that have these words. */
export async function processesWith(words: string): Promise<string[]> {
  const { stdout } = await run(['ps', '-eo', 'pid=,stat=,args=']);
  return stdout
    .split('\n')
    .filter((line) => line.includes(words) && !/^ *\d+ +Z/.test(line) && !line.includes('ps -eo'));
}
