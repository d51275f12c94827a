import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { TestDaemon } from '../world/daemon.js';
import { eventually } from '../world/eventually.js';
import type { Namespace } from '../world/namespace.js';
import { type Snapshot, snapshot } from '../world/snapshot.js';
import { World } from '../world/world.js';

const cli = 'docker';

/** What `docker inspect` says of an endpoint. */
export interface Endpoint {
  readonly IPAddress: string;
  readonly GlobalIPv6Address: string;
  readonly Gateway: string;
  readonly IPv6Gateway: string;
  readonly MacAddress: string;
}

/** A host whose uplink `eth0` is to be a parent, with a daemon and a neighbour on the LAN (192.0.2.3). */
export class Lan implements AsyncDisposable {
  readonly world: World;
  readonly daemon: TestDaemon;
  readonly neighbour: Namespace;

  private constructor(world: World, daemon: TestDaemon, neighbour: Namespace) {
    this.world = world;
    this.daemon = daemon;
    this.neighbour = neighbour;
  }

  static async create(): Promise<Lan> {
    const world = await World.create();
    try {
      const neighbour = await world.neighbour();
      const daemon = await TestDaemon.start(world.host);
      await daemon.pull();
      await eventually(async () =>
        expect(await world.host.must('ip -6 addr')).not.to.include('tentative'),
      );
      return new Lan(world, daemon, neighbour);
    } catch (error) {
      await world[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Runs a docker command line that must succeed, split at spaces. */
  docker(line: string): Promise<string> {
    return this.daemon.must(line, { cli });
  }

  /** What docker says when it refuses; `accepted` if it doesn't. */
  async refusal(line: string): Promise<string> {
    const { code, stderr } = await this.daemon.run(line.split(' '), { cli });
    return code === 0 ? 'accepted' : stderr.replace(/^.*?Error response from daemon: /s, '').trim();
  }

  /** A macvlan network. Addresses for containers begin at .128, where nobody of the LAN is. */
  network(name: string, options = ''): Promise<string> {
    const subnet = '--subnet 192.0.2.0/24 --ip-range 192.0.2.128/25 --gateway 192.0.2.1';
    return this.docker(
      `network create -d macvlan -o parent=eth0 ${subnet} ${options}${options && ' '}${name}`,
    );
  }

  /** A container that sleeps, gone at once when it is stopped. */
  sleeper(name: string, options: string): Promise<string> {
    const run = 'run -d --init --stop-signal KILL';
    return this.docker(`${run} --name ${name} ${options} tsnet/busybox sleep 600`);
  }

  /** Output of a command in a container, whatever its exit code. */
  async inside(container: string, line: string): Promise<string> {
    const { stdout, stderr } = await this.daemon.run(['exec', container, ...line.split(' ')], {
      cli,
    });
    return stdout + stderr;
  }

  async pings(container: string, address: string): Promise<boolean> {
    return (await this.inside(container, `ping -c 1 -W 1 ${address}`)).includes(
      ' 1 packets received',
    );
  }

  async endpoint(container: string, network: string): Promise<Endpoint> {
    const format = '{{json .NetworkSettings.Networks}}';
    const text = await this.daemon.mustRun(['inspect', '-f', format, container], { cli });
    const endpoint = (JSON.parse(text) as Record<string, Endpoint>)[network];
    if (!endpoint) throw new Error(`${container} is not on ${network}: ${text}`);
    return endpoint;
  }

  /** The default routes of a container, as `ip route` of busybox shows them. */
  async defaultRoutes(container: string): Promise<string[]> {
    const routes = `${await this.inside(container, 'ip route')}\n${await this.inside(container, 'ip -6 route')}`;
    return routes
      .split('\n')
      .filter((line) => line.startsWith('default'))
      .map((line) => line.replace(/ metric.*/, '').trim());
  }

  /** Names of the host's links that match. */
  async hostLinks(pattern: RegExp): Promise<string[]> {
    const links = await this.world.host.ip<{ ifname: string }>('link');
    return links.map(({ ifname }) => ifname).filter((name) => pattern.test(name));
  }

  /** Somebody on the LAN says to be its router. */
  async advertise(): Promise<void> {
    const program = fileURLToPath(new URL('./router.js', import.meta.url));
    const router = this.world.outside.start([
      process.execPath,
      program,
      'lan',
      '2001:db8:bad::/64',
    ]);
    await router.waitFor(/ready/);
  }

  async removeAll(): Promise<void> {
    const ids = await this.docker('ps -aq');
    if (ids !== '') await this.docker(`rm -f ${ids.split('\n').join(' ')}`);
    await this.docker('network prune -f');
  }

  /** The kernel deletes links for a while after docker has its answer. @throws AssertionError */
  async isAgain(before: Snapshot): Promise<void> {
    await eventually(async () => expect(await snapshot(this.world.host)).to.deep.equal(before));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.daemon[Symbol.asyncDispose]();
    await this.world[Symbol.asyncDispose]();
  }
}

/** One LAN for the tests of a suite; each leaves the host's links and rules as it found them. */
export function useLan(): () => Lan {
  const state: { lan?: Lan } = {};
  const lan = () => {
    if (!state.lan) throw new Error('no LAN');
    return state.lan;
  };
  before(async function () {
    if (process.getuid?.() !== 0) this.skip();
    state.lan = await Lan.create();
  });
  after(() => state.lan?.[Symbol.asyncDispose]());
  return lan;
}
