import { existsSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { expect } from 'chai';
import type { Result } from '../world/command.js';
import { type Cli, TestDaemon } from '../world/daemon.js';
import { eventually } from '../world/eventually.js';
import { needsRoot } from '../world/root.js';
import { World } from '../world/world.js';
import { Terminal } from './terminal.js';

/**
 * Docker's own CLI in the versions that there may be: Debian's, a newer one beside it, and Debian's unpacked by
 * `tools/docker-cli.sh` on a machine that has neither.
 */
const known: readonly Cli[] = [
  '/usr/bin/docker',
  '/usr/local/bin/docker',
  `/${relative('/', resolve('node_modules/.cache/docker-cli/usr/bin/docker'))}`,
];
const installed = known.filter((cli) => existsSync(cli));
/** Our own must do the same. Without any of Docker's, the tests of one are there to be skipped and counted. */
const clis: readonly Cli[] = ['tsnet', ...(installed.length > 0 ? installed : known.slice(0, 1))];

/** The image that needs no registry. */
export const image = 'tsnet/busybox';

/** An unmodified docker CLI, pointed at a daemon of ours by `DOCKER_HOST`. */
export class Docker {
  readonly cli: Cli;
  readonly daemon: TestDaemon;
  readonly world: World;
  #names = 0;

  constructor(parts: { cli: Cli; daemon: TestDaemon; world: World }) {
    this.cli = parts.cli;
    this.daemon = parts.daemon;
    this.world = parts.world;
  }

  /** The path of the CLI. */
  get program(): string {
    return this.cli === 'tsnet' ? resolve('bin/tsnet') : this.cli;
  }

  /** A name that nothing has yet. */
  name(what = 'box'): string {
    return `${what}${++this.#names}`;
  }

  /** Runs words, whatever the exit code. */
  run(args: readonly string[], input = ''): Promise<Result> {
    return this.daemon.run(args, { cli: this.cli, input });
  }

  /** Runs a line that must succeed, split at spaces. Words that have some are given apart, as `$1`, `$2`. */
  async ok(line: string, ...words: readonly string[]): Promise<string> {
    return this.daemon.mustRun(expand(line, words), { cli: this.cli });
  }

  /** Runs a line that must fail; gives what it said on both streams. @throws Error if it succeeds */
  async fails(line: string, ...words: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(expand(line, words));
    if (code === 0) throw new Error(`docker ${line} should have failed: ${stdout}`);
    return stdout + stderr;
  }

  /** Starts a container in the background; gives its name. */
  async background(
    flags = '',
    command = 'sleep 1000',
    ...words: readonly string[]
  ): Promise<string> {
    const name = this.name();
    const line = `run -d --stop-signal KILL --name ${name} ${flags} ${image} ${command}`;
    await this.ok(line.replace(/ +/g, ' '), ...words);
    return name;
  }

  /** Waits until a container has written this. */
  async says(name: string, words: string): Promise<void> {
    await eventually(async () => {
      const { stdout, stderr } = await this.run(['logs', name]);
      expect(stdout + stderr).to.include(words);
    });
  }

  /** Runs a command line in a terminal of its own. */
  terminal(line: string): Terminal {
    return new Terminal(
      this.world.host.inside(['env', `DOCKER_HOST=unix://${this.daemon.socket}`]),
      `${this.program} ${line}`,
    );
  }

  /** One field of an inspected object. */
  field(ref: string, format: string): Promise<string> {
    return this.ok('inspect -f $1 $2', format, ref);
  }
}

/** Tests for one noun, for each CLI that is installed or given, all on one daemon. */
export function eachDocker(
  noun: string,
  tests: (docker: () => Docker) => void,
  those: readonly Cli[] = clis,
): void {
  for (const cli of those) {
    describe(`${cli} ${noun}`, () => {
      const holder: { docker?: Docker } = {};
      before(async function () {
        needsRoot.call(this);
        // A machine without this version of the CLI: there is nothing to be tested.
        if (cli !== 'tsnet' && !existsSync(cli)) this.skip();
        const world = await World.create();
        // An upstream that refuses at once: names that nobody has must not take seconds.
        const daemon = await TestDaemon.start(world.host, ['--dns', '127.0.0.1']);
        holder.docker = new Docker({ cli, daemon, world });
        await holder.docker.ok(`pull -q ${image}`);
      });
      after(async () => {
        const { docker } = holder;
        if (!docker) return;
        const all = (await docker.ok('ps -aq')).split('\n').filter((id) => id !== '');
        if (all.length > 0) await docker.run(['rm', '-f', ...all]);
        await docker.daemon[Symbol.asyncDispose]();
        await docker.world[Symbol.asyncDispose]();
      });
      tests(() => {
        if (!holder.docker) throw new Error('no daemon yet');
        return holder.docker;
      });
    });
  }
}

function expand(line: string, words: readonly string[]): string[] {
  return line
    .split(' ')
    .map((word) => word.replace(/^\$(\d)$/, (_, at: string) => words[Number(at) - 1] ?? ''));
}
