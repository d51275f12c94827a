import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Lifetime } from '../../src/base/rollback.js';
import { Background, type BackgroundOptions, must, type Result, run } from './command.js';
import { eventually } from './eventually.js';
import { Prober } from './prober.js';

/** A network namespace of a test: a machine, or a container, with nothing but a network stack. */
export class Namespace implements AsyncDisposable {
  /** What it is called in the test; its echo servers answer with it. */
  readonly name: string;
  /** The file that pins it. */
  readonly path: string;
  readonly #running: Background[] = [];
  #mounts: string | undefined;
  #prober: Prober | undefined;
  readonly #pinned: boolean;

  private constructor(name: string, path: string, pinned: boolean) {
    this.name = name;
    this.path = path;
    this.#pinned = pinned;
  }

  /** Makes one with its loopback up, pinned at `path`; it goes with `lifetime`, and so does all that runs inside. */
  static async create(name: string, path: string, lifetime: Lifetime): Promise<Namespace> {
    writeFileSync(path, '');
    // Owned first: a command that takes too long may have pinned it by then.
    const namespace = lifetime.own(new Namespace(name, path, true));
    await must(['unshare', `--net=${path}`, 'ip', 'link', 'set', 'lo', 'up']);
    return namespace;
  }

  /**
   * One that somebody else has made and pinned at `path`, such as a container's. With `lifetime` goes what was
   * started inside; the namespace is left as it is.
   */
  static visit(name: string, path: string, lifetime: Lifetime): Namespace {
    return lifetime.own(new Namespace(name, path, false));
  }

  /** Command line that runs `argv` inside. */
  inside(argv: readonly string[]): string[] {
    const mounts = this.#mounts === undefined ? [] : [`--mount=${this.#mounts}`];
    return ['nsenter', `--net=${this.path}`, ...mounts, '--', ...argv];
  }

  /**
   * From now on what runs inside sees `file` in place of `path`, both files that are there, and has mounts of its
   * own: others don't see what it mounts.
   */
  async replaceFile(path: string, file: string): Promise<void> {
    if (this.#mounts === undefined) {
      const hold = ['sh', '-c', 'echo ready; exec sleep infinity'];
      const holder = this.start(['unshare', '--mount', '--propagation', 'private', ...hold]);
      await holder.waitFor(/ready/);
      this.#mounts = `/proc/${holder.pid}/ns/mnt`;
    }
    await must(this.inside(['mount', '--bind', file, path]));
  }

  /** Runs a command inside to its end, whatever its exit status. */
  run(argv: readonly string[], options: { timeoutMs?: number } = {}): Promise<Result> {
    return run(this.inside(argv), options);
  }

  /** Runs a command line that must succeed, split at spaces: `ns.must('ip link set eth0 up')`. Gives its output. */
  must(line: string): Promise<string> {
    return must(this.inside(line.split(' ')));
  }

  /** Runs `ip` with each of these lines of arguments, all at once. */
  async links(...lines: readonly string[]): Promise<void> {
    await must(this.inside(['ip', '-batch', '-']), { input: lines.join('\n') });
  }

  /** Runs `ip -j` with these arguments. */
  async ip<T>(args: string): Promise<T[]> {
    const output = await this.must(`ip -j ${args}`);
    return JSON.parse(output.trim() === '' ? '[]' : output) as T[];
  }

  /** Starts a process inside, such as a daemon; it is stopped with the namespace. */
  start(argv: readonly string[], options: BackgroundOptions = {}): Background {
    const process = new Background(this.inside(argv), options);
    this.#running.push(process);
    return process;
  }

  /** Answers on ports with `<name> <client address>`: `tcp/80`, `udp/53`, `tcp/127.0.0.1:8080`. */
  async echo(...ports: readonly string[]): Promise<void> {
    const server = this.start([process.execPath, program('echo-server'), this.name, ...ports]);
    await server.waitFor(/ready/);
  }

  /** Waits until a program inside listens on a TCP port. */
  async listens(port: number): Promise<void> {
    await eventually(async () => {
      if ((await this.must(`ss -Hlnt sport = :${port}`)) === '')
        throw new Error(`nobody on ${port}`);
    });
  }

  /** Asks an echo server, from `localPort` or any: its answer, `refused`, `timeout`, or an errno. */
  async ask(
    protocol: 'tcp' | 'udp',
    address: string,
    port: number,
    { localPort = 0 }: { localPort?: number } = {},
  ): Promise<string> {
    const question = { protocol, address, port, localPort };
    if (this.#pinned) {
      this.#prober ??= new Prober((argv) => this.inside(argv));
      return this.#prober.ask(question);
    }
    // Somebody else's goes when nobody is in it any more.
    await using prober = new Prober((argv) => this.inside(argv));
    return await prober.ask(question);
  }

  /** Whether the address answers an echo request within a second. */
  async pings(address: string): Promise<boolean> {
    const { code } = await this.run(['busybox', 'ping', '-c', '1', '-W', '1', address]);
    return code === 0;
  }

  /** Sets a kernel setting: `net/ipv4/ip_forward`. */
  async sysctl(key: string, value: string): Promise<void> {
    await must(this.inside(['tee', `/proc/sys/${key}`]), { input: value });
  }

  /** Stops what was started inside and removes the pin. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#prober?.[Symbol.asyncDispose]();
    await Promise.all(this.#running.map((process) => process.stop('SIGKILL')));
    if (this.#pinned) await run(['umount', this.path]);
  }
}

function program(name: string): string {
  return fileURLToPath(new URL(`./${name}.js`, import.meta.url));
}
