import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { must } from '../../netns-tests/world/command.js';
import type { Namespace } from '../../netns-tests/world/namespace.js';
import { World } from '../../netns-tests/world/world.js';
import { Lifetime } from '../../src/base/rollback.js';
import type { EngineName } from '../report/rows.js';
import { Api } from './api.js';
import { EngineCgroup } from './cgroup.js';
import { Containers } from './containers.js';
import { Program, tailOf } from './program.js';
import type { Places, Recipe } from './recipe.js';

/** A daemon that has not answered by then has failed. */
const START_TIMEOUT_MS = 60_000;

/** How often a starting daemon is asked whether it is ready. */
const POLL_MS = 2;

/** What an engine is made of. */
interface Parts {
  readonly recipe: Recipe;
  readonly places: Places;
  readonly world: World;
  readonly cgroup: EngineCgroup;
  readonly lifetime: Lifetime;
}

/** One engine under measurement: a running daemon in a network namespace, cgroup and folders of its own. */
export class Engine implements AsyncDisposable {
  readonly api: Api;
  readonly containers: Containers;
  readonly #parts: Parts;
  #daemon: Program | undefined;
  #isClosing = false;

  private constructor(parts: Parts) {
    this.#parts = parts;
    this.api = new Api(parts.places.socket);
    this.containers = new Containers({ api: this.api, cgroupParent: parts.cgroup.containers });
  }

  /** Makes the surroundings and starts the daemon. Nothing is left behind when that fails. */
  static async start(recipe: Recipe, folder: string): Promise<Engine> {
    const lifetime = new Lifetime();
    try {
      const places = await makePlaces(join(folder, recipe.name));
      const world = lifetime.own(await World.create());
      const cgroup = lifetime.own(new EngineCgroup(`tsnet-bench-${process.pid}/${recipe.name}`));
      const engine = new Engine({ recipe, places, world, cgroup, lifetime });
      recipe.prepare(places);
      await engine.#startCompanion();
      await engine.startDaemon();
      return engine;
    } catch (error) {
      await lifetime[Symbol.asyncDispose]();
      throw error;
    }
  }

  get name(): EngineName {
    return this.#parts.recipe.name;
  }

  /** The namespace that the daemon takes for its host. */
  get host(): Namespace {
    return this.#parts.world.host;
  }

  /** Another machine on the host's network; the host is 192.0.2.2 to it. */
  get outside(): Namespace {
    return this.#parts.world.outside;
  }

  /** The network namespace of a running container; what is started inside is stopped with the engine. */
  async inside(id: string): Promise<Namespace> {
    return this.#parts.world.visit(id, `/proc/${await this.containers.pid(id)}/ns/net`);
  }

  /** CPU time so far of all that the engine started. */
  cpuMs(): number {
    return this.#parts.cgroup.cpuMs();
  }

  /** Ids of the engine's own processes: daemons and what they keep per container and port. */
  pids(): number[] {
    return this.#parts.cgroup.enginePids();
  }

  /** Starts the daemon (again) and waits until it answers. @throws Error with the end of its log */
  async startDaemon(): Promise<void> {
    if (this.#isClosing) throw new Error(`${this.name} is being stopped`);
    const { recipe, places, lifetime } = this.#parts;
    const daemon = lifetime.own(this.#program(recipe.daemon(places), 'daemon.log'));
    this.#daemon = daemon;
    await this.#until(() => this.api.pings(), { program: daemon, log: 'daemon.log' });
  }

  /** Ends the daemon as a crash would: its containers stay. */
  async crash(): Promise<void> {
    this.api.close();
    await this.#daemon?.stop('SIGKILL');
  }

  /** Removes what the engine made, stops it, and takes its surroundings down. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosing = true;
    // Whatever the daemon can't remove any more is killed with its cgroup.
    if (await this.api.pings()) await this.containers.clear().catch(() => {});
    this.api.close();
    await this.#parts.lifetime[Symbol.asyncDispose]();
  }

  async #startCompanion(): Promise<void> {
    const { recipe, places, lifetime } = this.#parts;
    const companion = recipe.companion(places);
    if (!companion) return;
    const program = lifetime.own(this.#program(companion.argv, 'companion.log'));
    const isReady = () => Promise.resolve(existsSync(companion.socket));
    await this.#until(isReady, { program, log: 'companion.log' });
  }

  #program(argv: readonly string[], log: string): Program {
    const { world, cgroup, places } = this.#parts;
    return new Program({
      argv: world.host.inside(argv),
      entrance: cgroup.entrance,
      log: join(places.folder, log),
    });
  }

  async #until(
    isReady: () => Promise<boolean>,
    { program, log }: { readonly program: Program; readonly log: string },
  ): Promise<void> {
    const deadline = performance.now() + START_TIMEOUT_MS;
    while (!(await isReady())) {
      if (program.hasEnded || performance.now() > deadline) {
        const tail = tailOf(join(this.#parts.places.folder, log));
        throw new Error(`${this.name} did not start:\n${tail}`);
      }
      await delay(POLL_MS);
    }
  }
}

async function makePlaces(folder: string): Promise<Places> {
  const places = {
    folder,
    data: join(folder, 'data'),
    run: join(folder, 'run'),
    socket: join(folder, 'sock'),
  };
  mkdirSync(places.data, { recursive: true });
  mkdirSync(places.run);
  await must(['mount', '-t', 'tmpfs', 'tmpfs', places.run]);
  return places;
}
