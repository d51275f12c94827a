import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Lifetime } from '../../src/base/rollback.js';
import type { TestDaemon } from '../world/daemon.js';
import { type DaemonWorld, openDaemonWorld } from '../world/daemon-world.js';
import { eventually } from '../world/eventually.js';
import type { Namespace } from '../world/namespace.js';
import type { World } from '../world/world.js';

/** The image of containers that do nothing: programs of the test run in their namespaces. */
const image = 'tsnet/busybox';

/** A machine with a daemon, containers that publish ports, and a LAN around it. */
export class Publishing implements AsyncDisposable {
  readonly world: World;
  readonly daemon: TestDaemon;
  readonly #lifetime: Lifetime;

  private constructor({ world, daemon, lifetime }: DaemonWorld) {
    this.world = world;
    this.daemon = daemon;
    this.#lifetime = lifetime;
  }

  /** `flags` are the daemon's. */
  static async create(flags: readonly string[] = []): Promise<Publishing> {
    return new Publishing(await openDaemonWorld(flags));
  }

  get host(): Namespace {
    return this.world.host;
  }

  /** Starts a container by the words of `run`, split at spaces; gives its namespace. */
  async run(name: string, line: string): Promise<Namespace> {
    const words = line.split(' ').filter(Boolean);
    const run = ['run', '-d', '--name', name, '--stop-signal', 'KILL', ...words];
    await this.daemon.mustRun([...run, image, 'sleep', '1000']);
    const { NetworkSettings } = await this.daemon.api.must<{
      NetworkSettings: { SandboxKey: string };
    }>('GET', `/containers/${name}/json`);
    return this.world.visit(name, NetworkSettings.SandboxKey);
  }

  /** What a start that must fail says. */
  async refusal(name: string, line: string): Promise<string> {
    const words = line.split(' ').filter(Boolean);
    const { code, stderr } = await this.daemon.run([
      'run',
      '--name',
      name,
      ...words,
      image,
      'true',
    ]);
    if (code === 0) throw new Error(`${name} was started`);
    return stderr;
  }

  /** A field of a container, by a template. */
  inspect(name: string, template: string): Promise<string> {
    return this.daemon.mustRun(['inspect', '-f', template, name]);
  }

  /** The proxies of this machine's daemon, by process id. */
  proxies(): number[] {
    return proxiesOf(this.daemon.folder);
  }

  /** The one proxy, once it has its name. Never 0, which kill(2) takes for the test's own process group. */
  proxy(): Promise<number> {
    return eventually(() => {
      const [proxy, ...others] = this.proxies();
      if (proxy === undefined || others.length > 0) throw new Error('there is not one proxy');
      return proxy;
    });
  }

  /** The ports that programs of the machine listen on or are bound to, in lines of ss. */
  async sockets(): Promise<string[]> {
    const lines = (await this.host.must('ss -Hlntu')).trim().split('\n');
    return lines.filter((line) => line !== '');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lifetime[Symbol.asyncDispose]();
  }
}

/** Starts the container `web`, which answers on its port 80 of both protocols, published as 8080 and what else is said. */
export async function servedWeb(all: Publishing, others = ''): Promise<Namespace> {
  const web = await all.run('web', `-p 8080:80 -p 8080:80/udp ${others}`);
  await web.echo('tcp/80', 'udp/80');
  return web;
}

/** Asks it by the port of the machine that the proxy serves. @throws AssertionError if it doesn't answer */
export async function expectAnswers({ host }: Publishing): Promise<void> {
  for (const protocol of ['tcp', 'udp'] as const) {
    expect(await host.ask(protocol, '::1', 8080)).to.match(/^web 172\./);
  }
}

/** A client that sends numbers and prints those that come back, until the end of its connection. */
export const flowProgram = fileURLToPath(new URL('../survive/flow.js', import.meta.url));

/** The proxies whose socket is below the folder. */
export function proxiesOf(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const words = commandLine(pid);
      return words[0] === 'port-proxy' && (words.at(-1) ?? '').startsWith(`${folder}/`);
    })
    .map(Number);
}

function commandLine(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
  } catch {
    // It has ended meanwhile.
    return [];
  }
}
