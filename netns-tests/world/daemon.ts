import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Api } from './api.js';
import type { Background, Result } from './command.js';
import { run } from './command.js';
import { killAllOf } from './kill.js';
import type { Namespace } from './namespace.js';

/** The commands of a checkout. */
const bin = resolve('bin');

/** Starts the daemon: the checkout's own build, or the one in a folder, of TSNET_DIST unless another is given. */
function daemonCommand(dist = process.env['TSNET_DIST']): string[] {
  if (!dist) return [join(bin, 'tsnetd')];
  return [process.execPath, '--enable-source-maps', join(resolve(dist), 'tsnetd.mjs')];
}

/** Which CLI a test speaks through: ours, or an unmodified docker. */
export type Cli = 'tsnet' | 'docker' | `/${string}`;

/** A tsnetd of a test's own, in the namespace that plays the host, with folders of its own. */
export class TestDaemon implements AsyncDisposable {
  /** Data root, exec root and socket are below. Short, because a socket's path has a limit of 107 bytes. */
  readonly folder: string;
  readonly #host: Namespace;
  readonly #flags: readonly string[];
  #process: Background | undefined;

  private constructor(host: Namespace, folder: string, flags: readonly string[]) {
    this.#host = host;
    this.folder = folder;
    this.#flags = flags;
  }

  /** Starts one and waits until it takes requests. `flags` are added to the command line. */
  static async start(host: Namespace, flags: readonly string[] = []): Promise<TestDaemon> {
    const daemon = new TestDaemon(host, mkdtempSync(join(tmpdir(), 'tsn-')), flags);
    try {
      await daemon.start();
      return daemon;
    } catch (error) {
      await daemon[Symbol.asyncDispose]();
      throw error;
    }
  }

  get socket(): string {
    return join(this.folder, 'sock');
  }

  /** The HTTP API, for what a CLI is too slow for. */
  get api(): Api {
    return new Api(this.socket);
  }

  /** Gets the image that needs no registry, tsnet/busybox. */
  async pull(): Promise<void> {
    await this.api.must('POST', '/images/create?fromImage=tsnet/busybox&tag=latest');
  }

  /** What the present process has said. */
  get log(): string {
    return this.#process?.output ?? '';
  }

  /** Starts the program (again) on the same folders; `dist`: another build of it. */
  async start(dist?: string): Promise<void> {
    const { folder } = this;
    const command = [
      ...daemonCommand(dist),
      ...['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'run')],
      ...['--host', `unix://${this.socket}`, '--debug', ...this.#flags],
    ];
    this.#process = this.#host.start(command, { outlived: true });
    await this.#process.waitFor(/has completed initialization/);
  }

  /** Ends the program: SIGKILL leaves everything as it is, SIGTERM stops the containers first. */
  async stop(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    await process?.stop(signal);
  }

  /** Holds the program still, or lets it go on: meanwhile it repairs nothing and answers nobody. */
  hold(signal: 'SIGSTOP' | 'SIGCONT'): void {
    if (this.#process) process.kill(this.#process.pid, signal);
  }

  /** Starts a command of a CLI that goes on, such as one that follows a log. */
  following(args: readonly string[], { cli = 'tsnet' }: { cli?: Cli } = {}): Background {
    return this.#host.start(this.#commandOf(cli, args));
  }

  /** Runs a command of a CLI in the host's namespace, whatever its exit code. */
  run(
    args: readonly string[],
    options: { cli?: Cli; input?: string; timeoutMs?: number } = {},
  ): Promise<Result> {
    const { cli = 'tsnet', ...rest } = options;
    return run(this.#host.inside(this.#commandOf(cli, args)), rest);
  }

  #commandOf(cli: Cli, args: readonly string[]): string[] {
    const program = cli === 'tsnet' ? join(bin, 'tsnet') : cli;
    return ['env', `DOCKER_HOST=unix://${this.socket}`, program, ...args];
  }

  /** Runs a command line that must succeed, split at spaces; gives its output without the last line end. */
  async must(line: string, options: { cli?: Cli; input?: string } = {}): Promise<string> {
    return this.mustRun(line.split(' '), options);
  }

  /** The same with words that may have spaces. */
  async mustRun(
    args: readonly string[],
    options: { cli?: Cli; input?: string } = {},
  ): Promise<string> {
    const { code, stdout, stderr } = await this.run(args, options);
    if (code !== 0) throw new Error(`${args.join(' ')}: exit code ${code}: ${stderr}${stdout}`);
    return stdout.replace(/\n$/, '');
  }

  /** Removes all containers, stops the daemon, and leaves nothing below the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#process && existsSync(join(this.folder, 'data'))) await this.start().catch(() => {});
    const isClear = await this.#removeContainers().then(
      () => true,
      () => false,
    );
    await this.stop('SIGTERM');
    // What a daemon that can't be asked leaves running. Otherwise nothing is: a leak must be seen.
    if (!isClear) killAllOf(this.folder);
    for (const path of mountsBelow(this.folder)) await run(['umount', '--lazy', path]);
    await delay(10);
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** By force, because a program that is deaf to SIGTERM would outlive the time that a stop has. */
  async #removeContainers(): Promise<void> {
    if (!this.#process) return;
    const all = await this.api.must<{ Id: string }[]>('GET', '/containers/json?all=1');
    await Promise.all(all.map(({ Id }) => this.api.ask('DELETE', `/containers/${Id}?force=1`)));
  }
}

/** Mount points below a folder, the deepest first. */
export function mountsBelow(folder: string): string[] {
  const points = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '');
  return points.filter((point) => point.startsWith(`${folder}/`)).toReversed();
}
