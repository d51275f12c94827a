import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { COMMAND_TIMEOUT_MS, type Result, run } from '../world/command.js';
import { TestDaemon } from '../world/daemon.js';
import type { Namespace } from '../world/namespace.js';
import { World } from '../world/world.js';
import { StandIns } from './stand-ins.js';

/** Where docker may be; the last is where `tools/docker-cli.sh` unpacks it. */
const dockers = [
  '/usr/local/bin/docker',
  '/usr/bin/docker',
  resolve('node_modules/.cache/docker-cli/usr/bin/docker'),
];

/** The page that says who asks. */
const www = resolve('tools/playground/www');

/** Answers each question for an address with {@link KNOWN_OUTSIDE}, as the host's name server. */
const nameServer = fileURLToPath(new URL('../dns/name-server.js', import.meta.url));
const KNOWN_OUTSIDE = '198.51.100.7';

/** Settings that a new namespace may have from the machine: this host is no router. */
const hostSettings = {
  'net/ipv4/ip_forward': '0',
  'net/ipv6/conf/all/forwarding': '0',
} as const;

/**
 * Where the listings of a setting are typed: a world with a daemon of its own. `outside` and `neighbour` are
 * machines on the host's LAN; outside is the host's name server and serves the page of `tools/playground/www`,
 * which says who asks. `$WEB` is the end of a `run` that does so in a container.
 */
export class Stage implements AsyncDisposable {
  readonly standIns: StandIns;
  readonly #world: World;
  readonly #daemon: TestDaemon;
  readonly #commands: string;
  readonly #places: Map<string, Namespace>;
  #linksAtFirst: string[] = [];

  private constructor(world: World, daemon: TestDaemon) {
    this.#world = world;
    this.#daemon = daemon;
    this.#places = new Map([
      ['host', world.host],
      ['outside', world.outside],
    ]);
    this.standIns = new StandIns(daemon.folder);
    this.#commands = join(world.folder, 'commands');
    mkdirSync(this.#commands);
    symlinkSync(resolve('bin/tsnet'), join(this.#commands, 'tsnet'));
    const docker = dockers.find((path) => existsSync(path));
    if (docker) symlinkSync(docker, join(this.#commands, 'docker'));
  }

  /** Makes the world and starts the daemon with these flags. */
  static async set(flags: readonly string[]): Promise<Stage> {
    const world = await World.create();
    try {
      for (const [key, value] of Object.entries(hostSettings)) await world.host.sysctl(key, value);
      const page = ['httpd', '-f', '-p', '80', '-h', www];
      world.outside.start(['busybox', ...page], { env: { GREETER: 'outside' } });
      const names = [process.execPath, nameServer, '192.0.2.1', KNOWN_OUTSIDE];
      await world.outside.start(names).waitFor(/ready/);
      const resolv = join(world.folder, 'resolv.conf');
      writeFileSync(resolv, 'nameserver 192.0.2.1\n');
      await world.host.replaceFile('/etc/resolv.conf', resolv);
      const daemon = await TestDaemon.start(world.host, flags);
      await daemon.pull();
      const stage = new Stage(world, daemon);
      stage.#linksAtFirst = await stage.#links();
      return stage;
    } catch (error) {
      await world[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Types a command; gives what appears on the screen, as it is shown. */
  async type(where: string, command: string): Promise<string> {
    const place = this.#places.get(where) ?? (await this.#another(where));
    const path = `PATH=${this.#commands}:${process.env['PATH']}`;
    const web = `WEB=-v ${www}:/www:ro tsnet/busybox httpd -f -h /www`;
    const env = ['env', `DOCKER_HOST=unix://${this.#daemon.socket}`, path, web];
    const argv = [...env, 'sh', '-c', `exec 2>&1\n${command}`];
    const { stdout }: Result = await run(place.inside(argv), {
      timeoutMs: 2 * COMMAND_TIMEOUT_MS,
    });
    return this.standIns.show(stdout);
  }

  /** Removes containers and networks, and waits until their links are gone. */
  async clear(): Promise<void> {
    const { api } = this.#daemon;
    const all = await api.must<{ Id: string }[]>('GET', '/containers/json?all=1');
    await Promise.all(all.map(({ Id }) => api.must('DELETE', `/containers/${Id}?force=1`)));
    await api.must('POST', '/networks/prune');
    const deadline = performance.now() + COMMAND_TIMEOUT_MS;
    while ((await this.#links()).some((link) => !this.#linksAtFirst.includes(link))) {
      if (performance.now() > deadline) throw new Error('links of removed networks stay');
      await delay(50);
    }
  }

  /** Whether the kernel has links of a kind: `ipvlan`, `vlan`, `dummy`. */
  async hasLinks(kind: string): Promise<boolean> {
    const probe = await this.#world.namespace('probe');
    await probe.must('ip link add parent type veth peer name other');
    const parent = kind === 'dummy' ? '' : ' link parent';
    const settings = kind === 'vlan' ? ' id 10' : '';
    const line = `ip link add probe${parent} type ${kind}${settings}`;
    const { code } = await probe.run(line.split(' '));
    return code === 0;
  }

  /** Whether a program that a machine may lack is there. */
  async hasProgram(name: string): Promise<boolean> {
    const { code } = await this.#world.host.run(['which', name]);
    return code === 0;
  }

  /** Stops the daemon, then removes the world. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#daemon[Symbol.asyncDispose]();
    await this.#world[Symbol.asyncDispose]();
  }

  async #another(where: string): Promise<Namespace> {
    if (where !== 'neighbour') throw new Error(`there is no ${where} to type at`);
    const neighbour = await this.#world.neighbour();
    this.#places.set(where, neighbour);
    return neighbour;
  }

  async #links(): Promise<string[]> {
    const links = await this.#world.host.ip<{ ifname: string }>('link');
    return links.map(({ ifname }) => ifname);
  }
}
