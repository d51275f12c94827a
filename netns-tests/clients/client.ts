import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Result, run } from '../world/command.js';
import { TestDaemon } from '../world/daemon.js';
import { eventually } from '../world/eventually.js';
import { needsRoot } from '../world/root.js';
import { type Snapshot, snapshot } from '../world/snapshot.js';
import { World } from '../world/world.js';

/** A world with a daemon, and somebody at its host who speaks to it through programs that know nothing of tsnet. */
export class Client implements AsyncDisposable {
  readonly world: World;
  readonly daemon: TestDaemon;
  /** The host as it was before the client did anything. */
  readonly before: Snapshot;

  private constructor(parts: { world: World; daemon: TestDaemon; before: Snapshot }) {
    this.world = parts.world;
    this.daemon = parts.daemon;
    this.before = parts.before;
  }

  static async create(): Promise<Client> {
    const world = await World.create();
    // An upstream that refuses at once: names that nobody has must not take seconds.
    const daemon = await TestDaemon.start(world.host, ['--dns', '127.0.0.1']);
    await daemon.pull();
    return new Client({ world, daemon, before: await snapshot(world.host) });
  }

  /** Waits until the host is as it was: what was removed goes off the answer's path. @throws AssertionError */
  async expectUntouched(): Promise<void> {
    await eventually(async () =>
      expect(await snapshot(this.world.host)).to.deep.equal(this.before),
    );
  }

  /** A folder for the client's files. */
  get folder(): string {
    return this.world.folder;
  }

  /** Runs a program that finds the daemon by `DOCKER_HOST`, whatever its exit code. */
  run(argv: readonly string[], { input = '', timeoutMs = 60_000 } = {}): Promise<Result> {
    const env = [`DOCKER_HOST=unix://${this.daemon.socket}`, `HOME=${this.folder}`];
    const command = ['env', `--chdir=${this.folder}`, ...env, ...argv];
    return run(this.world.host.inside(command), { input, timeoutMs });
  }

  /** Runs one that must succeed; gives its standard output. @throws Error with all that it said */
  async ok(argv: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(argv);
    if (code !== 0) throw new Error(`${argv.join(' ')}: exit code ${code}: ${stdout}${stderr}`);
    return stdout;
  }

  /** A file in the client's folder. */
  path(...names: readonly string[]): string {
    return join(this.folder, ...names);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.daemon[Symbol.asyncDispose]();
    await this.world[Symbol.asyncDispose]();
  }
}

/** Gives a suite its client; skipped when not root, or on a machine that hasn't the program: there is nothing to test. */
export function useClient(program: string): { readonly it: Client } {
  const holder: { client?: Client } = {};
  before(async function () {
    needsRoot.call(this);
    if (!existsSync(program)) this.skip();
    holder.client = await Client.create();
  });
  after(async () => {
    await holder.client?.[Symbol.asyncDispose]();
  });
  return {
    get it() {
      if (!holder.client) throw new Error('the suite has no daemon yet');
      return holder.client;
    },
  };
}
