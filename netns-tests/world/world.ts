import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Namespace } from './namespace.js';

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
  readonly #namespaces: Namespace[];
  #made = 0;

  private constructor(folder: string, host: Namespace, outside: Namespace) {
    this.#folder = folder;
    this.host = host;
    this.outside = outside;
    this.#namespaces = [host, outside];
  }

  /** Makes the world; needs root. */
  static async create(): Promise<World> {
    const folder = mkdtempSync(join(tmpdir(), 'tsnet-world-'));
    const host = await Namespace.create('host', join(folder, 'host'));
    const outside = await Namespace.create('outside', join(folder, 'outside'));
    const world = new World(folder, host, outside);
    try {
      await outside.must('ip link add lan type bridge');
      await addresses(outside, 'lan', 1);
      await world.#plugIn(host, 2);
      await host.must('ip route add default via 192.0.2.1');
      await host.must('ip -6 route add default via 2001:db8:1::1');
    } catch (error) {
      await world[Symbol.asyncDispose]();
      throw error;
    }
    return world;
  }

  /** A namespace with nothing but loopback, such as a container to be. */
  async namespace(name: string): Promise<Namespace> {
    const namespace = await Namespace.create(name, join(this.#folder, `${++this.#made}-${name}`));
    this.#namespaces.push(namespace);
    return namespace;
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
      await machine.must(`ip addr add 198.51.100.${number}/24 dev ${link}`);
      await machine.must(`ip -6 addr add 2001:db8:2::${number}/64 dev ${link} nodad`);
      await machine.must(`ip link set ${link} up`);
    }
    await remote.must('ip route add default via 198.51.100.1');
    await remote.must('ip -6 route add default via 2001:db8:2::1');
    return remote;
  }

  /** A folder for the test's files; it goes with the world. */
  get folder(): string {
    return this.#folder;
  }

  /** Stops all that runs in the world and removes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const namespace of this.#namespaces.toReversed()) await namespace[Symbol.asyncDispose]();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #plugIn(machine: Namespace, number: number): Promise<void> {
    const port = `port${number}`;
    await this.outside.must(`ip link add ${port} type veth peer name eth0 netns ${machine.path}`);
    await this.outside.must(`ip link set ${port} master lan up`);
    await addresses(machine, 'eth0', number);
  }
}

async function addresses(machine: Namespace, link: string, number: number): Promise<void> {
  await machine.must(`ip addr add 192.0.2.${number}/24 dev ${link}`);
  await machine.must(`ip -6 addr add 2001:db8:1::${number}/64 dev ${link} nodad`);
  // The link-local address would be tentative for the first seconds, and a snapshot not stay true.
  await machine.sysctl(`net/ipv6/conf/${link}/accept_dad`, '0');
  await machine.must(`ip link set ${link} up`);
}
