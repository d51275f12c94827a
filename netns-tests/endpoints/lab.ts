import type { Lifetime } from '../../src/base/rollback.js';
import type { TestDaemon } from '../world/daemon.js';
import { type DaemonWorld, openDaemonWorld } from '../world/daemon-world.js';
import type { Namespace } from '../world/namespace.js';
import { useInSuite } from '../world/suite.js';
import type { World } from '../world/world.js';

/** The image that needs no registry. */
const image = 'tsnet/busybox';

/** What tests look at of an inspected container. */
export interface Inspected {
  readonly Config: { readonly MacAddress?: string };
  readonly HostConfig: { readonly Links: readonly string[] | null };
  readonly NetworkSettings: {
    readonly SandboxKey: string;
    readonly Ports: Readonly<
      Record<string, readonly { HostIp: string; HostPort: string }[] | null>
    >;
    readonly Networks: Readonly<Record<string, Endpoint>>;
  };
}

/** An endpoint as inspect shows it. */
export interface Endpoint {
  readonly IPAddress: string;
  readonly GlobalIPv6Address: string;
  readonly Gateway: string;
  readonly MacAddress: string;
  readonly DNSNames: readonly string[] | null;
  readonly GwPriority: number;
}

/** A daemon with containers, in a world of its own. */
export class Lab implements AsyncDisposable {
  readonly world: World;
  readonly daemon: TestDaemon;
  readonly #lifetime: Lifetime;

  private constructor({ world, daemon, lifetime }: DaemonWorld) {
    this.world = world;
    this.daemon = daemon;
    this.#lifetime = lifetime;
  }

  static async create(flags: readonly string[] = []): Promise<Lab> {
    // An upstream that refuses at once: names that nobody has must not take seconds.
    return new Lab(await openDaemonWorld(['--dns', '127.0.0.1', ...flags]));
  }

  /** Runs a command line of the CLI that must succeed. */
  ok(line: string): Promise<string> {
    return this.daemon.must(line.replace(/ +/g, ' ').trim());
  }

  /** Runs one that must fail; gives what it said. */
  async fails(line: string): Promise<string> {
    const { code, stdout, stderr } = await this.daemon.run(line.split(' '));
    if (code === 0) throw new Error(`${line}: should have failed: ${stdout}`);
    return stdout + stderr;
  }

  /** Starts a container that does nothing, under this name. */
  async start(name: string, flags = ''): Promise<void> {
    await this.ok(`run -d --stop-signal KILL --name ${name} ${flags} ${image} sleep 1000`);
  }

  /** Makes one without starting it. */
  async make(name: string, flags = ''): Promise<void> {
    await this.ok(`create --stop-signal KILL --name ${name} ${flags} ${image} sleep 1000`);
  }

  /** Runs a command in a container. */
  exec(name: string, command: string): Promise<string> {
    return this.ok(`exec ${name} ${command}`);
  }

  inspect(name: string): Promise<Inspected> {
    return this.daemon.api.must<Inspected>('GET', `/containers/${name}/json`);
  }

  async endpoint(name: string, network: string): Promise<Endpoint> {
    const { NetworkSettings } = await this.inspect(name);
    const endpoint = NetworkSettings.Networks[network];
    if (!endpoint) throw new Error(`${name} is not on ${network}`);
    return endpoint;
  }

  /** The network namespace of a container that runs. */
  async namespace(name: string): Promise<Namespace> {
    return this.world.visit(name, (await this.inspect(name)).NetworkSettings.SandboxKey);
  }

  /** Removes containers, by force, and networks. */
  async remove(containers: readonly string[], networks: readonly string[] = []): Promise<void> {
    await Promise.all(
      containers.map((name) => this.daemon.api.ask('DELETE', `/containers/${name}?force=1`)),
    );
    for (const name of networks) await this.daemon.api.ask('DELETE', `/networks/${name}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lifetime[Symbol.asyncDispose]();
  }
}

/** Gives a suite its lab; skipped when not root. */
export function useLab(flags: readonly string[] = []): { readonly it: Lab } {
  return useInSuite(() => Lab.create(flags));
}
