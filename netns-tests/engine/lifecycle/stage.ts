import { existsSync } from 'node:fs';
import { expect } from 'chai';
import { run } from '../../world/command.js';
import { TestDaemon } from '../../world/daemon.js';
import { eventually, until } from '../../world/eventually.js';
import { useInSuite } from '../../world/suite.js';
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
    await daemon.pull();
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

  /** Waits until a container has written this. */
  async says(name: string, words: string): Promise<void> {
    await eventually(async () => {
      const { body } = await this.daemon.api.ask('GET', `/containers/${name}/logs?stdout=1`);
      expect(String(body)).to.include(words);
    });
  }

  /** What happened to a container so far. */
  async actions(name: string): Promise<string[]> {
    const until = Math.ceil(Date.now() / 1000);
    const { Id } = await this.inspect(name);
    const filters = encodeURIComponent(JSON.stringify({ container: [Id], type: ['container'] }));
    const path = `/events?since=${until - 600}&until=${until}&filters=${filters}`;
    const text = String((await this.daemon.api.ask('GET', path)).body);
    return text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).Action);
  }

  /** Waits until what is known of a container is so. */
  until(name: string, isSo: (known: Known) => boolean): Promise<Known> {
    return until(() => this.inspect(name), isSo);
  }

  /** Ends the daemon and starts it again. */
  async restart(signal: 'SIGKILL' | 'SIGTERM', meanwhile?: () => Promise<void>): Promise<void> {
    await this.daemon.stop(signal);
    await meanwhile?.();
    await this.daemon.start();
  }

  /** Removes all containers, for the next test. */
  async clear(): Promise<void> {
    const { api } = this.daemon;
    // A test that has failed may have left no daemon.
    const all = await api
      .must<{ Id: string }[]>('GET', '/containers/json?all=1')
      .catch(async () => {
        await this.restart('SIGKILL');
        return api.must<{ Id: string }[]>('GET', '/containers/json?all=1');
      });
    await Promise.all(all.map(({ Id }) => api.must('DELETE', `/containers/${Id}?force=1`)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.daemon[Symbol.asyncDispose]();
    await this.world[Symbol.asyncDispose]();
  }
}

/** Gives a suite its daemon, without containers at the start of each test; skipped when not root. */
export function useStage(...flags: readonly string[]): { readonly it: Stage } {
  const stage = useInSuite(() => Stage.create(...flags));
  afterEach(() => stage.it.clear());
  return stage;
}

/** Waits until a process is gone. */
export async function gone(pid: number): Promise<void> {
  await eventually(() => expect(existsSync(`/proc/${pid}`)).to.equal(false));
}

/** Command lines of processes anywhere that have these words. */
export async function processesWith(words: string): Promise<string[]> {
  const { stdout } = await run(['ps', '-eo', 'pid=,stat=,args=']);
  return stdout
    .split('\n')
    .filter((line) => line.includes(words) && !/^ *\d+ +Z/.test(line) && !line.includes('ps -eo'));
}
