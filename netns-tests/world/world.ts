import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Lifetime } from '../../src/base/rollback.js';
import { Namespace } from './namespace.js';

/** A temporary folder, removed with all that is in it. */
class Folder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'tsnet-world-'));

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** What a world is made of; all of it goes with `lifetime`. */
interface Parts {
  readonly folder: string;
  readonly host: Namespace;
  readonly outside: Namespace;
  readonly lifetime: Lifetime;
}

/**
 * A small world for one test file, apart from the machine that it runs on:
 *
 * ```
 *  neighbour 192.0.2.3 ─┐
 *                       ├─ switch "lan" in outside ─ eth0 of host 192.0.2.2
 *    outside 192.0.2.1 ─┘
 * ```
 *
 * The same with 2001:db8:1::1 to ::3. The host's default routes lead to outside, which knows the way to
 * nothing but the LAN. What the test makes in the host (bridges, containers) is up to the test.
 */
export class World implements AsyncDisposable {
  readonly host: Namespace;
  readonly outside: Namespace;
  readonly #folder: string;
  readonly #lifetime: Lifetime;
  #made = 0;

  private constructor({ folder, host, outside, lifetime }: Parts) {
    this.#folder = folder;
    this.#lifetime = lifetime;
    this.host = host;
    this.outside = outside;
  }

  /** Makes the world; needs root. */
  static async create(): Promise<World> {
    const lifetime = new Lifetime();
    try {
      const { path: folder } = lifetime.own(new Folder());
      const host = await Namespace.create('host', join(folder, 'host'), lifetime);
      const outside = await Namespace.create('outside', join(folder, 'outside'), lifetime);
      const world = new World({ folder, host, outside, lifetime });
      await outside.links('link add lan type bridge');
      await addresses(outside, 'lan', 1);
      await world.#plugIn(host, 2);
      await host.links('route add default via 192.0.2.1', 'route add default via 2001:db8:1::1');
      return world;
    } catch (error) {
      await lifetime[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** A namespace with nothing but loopback, such as a container to be. */
  async namespace(name: string): Promise<Namespace> {
    const path = join(this.#folder, `${++this.#made}-${name}`);
    return await Namespace.create(name, path, this.#lifetime);
  }

  /**
   * The namespace that a program under test has made and pinned at `path`, such as a container's. What the test
   * starts inside is stopped with the world; the namespace itself stays that program's.
   */
  visit(name: string, path: string): Namespace {
    return Namespace.visit(name, path, this.#lifetime);
  }

  /** Another machine on the host's LAN: 192.0.2.3. */
  async neighbour(): Promise<Namespace> {
    const neighbour = await this.namespace('neighbour');
    await this.#plugIn(neighbour, 3);
    return neighbour;
  }

  /** A machine behind outside, which is its router: 198.51.100.3 and 2001:db8:2::3. */
  async remote(): Promise<Namespace> {
    const remote = await this.namespace('remote');
    const { outside } = this;
    for (const key of ['net/ipv4/ip_forward', 'net/ipv6/conf/all/forwarding']) {
      await outside.sysctl(key, '1');
    }
    await outside.must(`ip link add far type veth peer name eth0 netns ${remote.path}`);
    for (const [machine, link, number] of [
      [outside, 'far', 1],
      [remote, 'eth0', 3],
    ] as const) {
      await machine.links(
        `addr add 198.51.100.${number}/24 dev ${link}`,
        `addr add 2001:db8:2::${number}/64 dev ${link} nodad`,
        `link set ${link} up`,
      );
    }
    await remote.links('route add default via 198.51.100.1', 'route add default via 2001:db8:2::1');
    return remote;
  }

  /** A folder for the test's files; it goes with the world. */
  get folder(): string {
    return this.#folder;
  }

  /** Stops all that runs in the world and removes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lifetime[Symbol.asyncDispose]();
  }

  async #plugIn(machine: Namespace, number: number): Promise<void> {
    const port = `port${number}`;
    await this.outside.links(
      `link add ${port} type veth peer name eth0 netns ${machine.path}`,
      `link set ${port} master lan up`,
    );
    await addresses(machine, 'eth0', number);
  }
}

async function addresses(machine: Namespace, link: string, number: number): Promise<void> {
  // The link-local address would be tentative for the first seconds, and a snapshot not stay true.
  await machine.sysctl(`net/ipv6/conf/${link}/accept_dad`, '0');
  await machine.links(
    `addr add 192.0.2.${number}/24 dev ${link}`,
    `addr add 2001:db8:1::${number}/64 dev ${link} nodad`,
    `link set ${link} up`,
  );
}
