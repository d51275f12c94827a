import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Background } from '../world/command.js';
import { must, run } from '../world/command.js';
import { TestDaemon } from '../world/daemon.js';
import type { Namespace } from '../world/namespace.js';
import { World } from '../world/world.js';

const cli = 'docker';

/** A name server that runs in a test. */
export class TestServer {
  readonly #process: Background;
  #read = 0;

  constructor(process: Background) {
    this.#process = process;
  }

  /** What it was asked since the last time that somebody wanted to know: `udp x.org A`. */
  heard(): string[] {
    const { output } = this.#process;
    const fresh = output.slice(this.#read);
    this.#read = output.length;
    return fresh.split('\n').filter((line) => line !== '' && line !== 'ready');
  }

  async stop(): Promise<void> {
    await this.#process.stop('SIGKILL');
  }
}

/** A world with a daemon whose host has an `/etc/resolv.conf` of the test's own, and containers to ask from. */
export class DnsLab implements AsyncDisposable {
  readonly world: World;
  readonly daemon: TestDaemon;
  readonly #resolvConf: string;

  private constructor(world: World, daemon: TestDaemon, resolvConf: string) {
    this.world = world;
    this.daemon = daemon;
    this.#resolvConf = resolvConf;
  }

  /** `resolvConf` is the text of the host's file. */
  static async create(resolvConf: string, flags: readonly string[] = []): Promise<DnsLab> {
    const world = await World.create();
    try {
      const file = join(world.folder, 'resolv.conf');
      writeFileSync(file, resolvConf);
      await world.host.replaceFile('/etc/resolv.conf', file);
      const daemon = await TestDaemon.start(world.host, flags);
      await daemon.pull();
      return new DnsLab(world, daemon, file);
    } catch (error) {
      await world[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Changes the host's file. */
  rewrite(text: string): void {
    writeFileSync(this.#resolvConf, text);
  }

  /** A docker command that must succeed. */
  docker(line: string): Promise<string> {
    return this.daemon.must(line, { cli });
  }

  /** Starts a container that does nothing, and gives the process to enter its namespace by. */
  async run(name: string, options: string): Promise<Asker> {
    const line = `run -d --stop-signal KILL --name ${name} ${options} tsnet/busybox sleep 600`;
    await this.docker(line);
    return this.asker(name);
  }

  /** Of a container that runs. */
  async asker(name: string): Promise<Asker> {
    const pid = await this.docker(`inspect -f {{.State.Pid}} ${name}`);
    return new Asker(this, name, pid);
  }

  /** Starts a name server that answers with `answer`. */
  async server(where: Namespace | Asker, address: string, answer: string): Promise<TestServer> {
    const argv = [process.execPath, program('name-server'), address, answer];
    const background =
      where instanceof Asker ? this.world.outside.start(where.inside(argv)) : where.start(argv);
    await background.waitFor(/ready/);
    return new TestServer(background);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.daemon[Symbol.asyncDispose]();
    await this.world[Symbol.asyncDispose]();
  }
}

/** A container that asks. */
export class Asker {
  readonly name: string;
  readonly #lab: DnsLab;
  readonly #pid: string;

  constructor(lab: DnsLab, name: string, pid: string) {
    this.#lab = lab;
    this.name = name;
    this.#pid = pid;
  }

  /** Command line that runs a program of this machine in the container's network namespace. */
  inside(argv: readonly string[]): string[] {
    return ['nsenter', `--net=/proc/${this.#pid}/ns/net`, '--', ...argv];
  }

  /** What the embedded DNS answers: the data of all records in order, or the code if it is an error. */
  async dig(words: string): Promise<string> {
    const full = await this.digAll(words);
    const status = /status: (\w+)/.exec(full)?.[1] ?? 'TIMEOUT';
    if (status !== 'NOERROR') return status;
    const records = full.split('\n').filter((line) => line !== '' && !line.startsWith(';'));
    return records
      .map((line) => line.split(/\s+/).slice(4).join(' '))
      .sort()
      .join(' ');
  }

  /** Everything that dig says. */
  async digAll(words: string): Promise<string> {
    const argv = ['dig', '+tries=1', '+timeout=9', '+nocookie', '+ignore', '@127.0.0.11'];
    const { stdout } = await run(this.inside([...argv, ...words.split(' ')]), {
      timeoutMs: 20_000,
    });
    return stdout;
  }

  /** Runs a program of the container's image and gives all that it writes. */
  async exec(line: string): Promise<string> {
    const { stdout, stderr } = await this.#lab.daemon.run(['exec', this.name, ...line.split(' ')], {
      cli,
    });
    return stdout + stderr;
  }

  resolvConf(): Promise<string> {
    return this.exec('cat /etc/resolv.conf');
  }

  /** Measures answers to one name, asked for one after the other. */
  async measure(name: string, count: number): Promise<Measured> {
    const argv = [process.execPath, program('asker'), name, String(count)];
    return JSON.parse(await must(this.inside(argv), { timeoutMs: 60_000 })) as Measured;
  }

  /** Starts a client that does its worst; see `flooder.ts`. */
  async flood(kind: 'udp' | 'forward' | 'tcp' | 'loris'): Promise<Background> {
    const argv = [process.execPath, program('flooder'), kind];
    const background = this.#lab.world.outside.start(this.inside(argv));
    await background.waitFor(/ready/);
    return background;
  }
}

/** Times are in ms; null where no answer came. */
export interface Measured {
  readonly answered: number;
  readonly p50: number | null;
  readonly p99: number | null;
}

function program(name: string): string {
  return fileURLToPath(new URL(`./${name}.js`, import.meta.url));
}
