import { join } from 'node:path';
import type { Container } from 'inversify';
import type { ApiListener } from '../api/server/server.js';
import { randomIds } from '../base/ids.js';
import type { Logger } from '../base/logger.js';
import { Lifetime } from '../base/rollback.js';
import { cnmIds } from '../cnm/ids.js';
import { startThoseDue } from '../engine/containers/restart/at-start.js';
import { quietContainers } from '../engine/containers/restart/shutdown.js';
import { restoreContainers } from '../engine/containers/restore.js';
import { isolationIds } from '../engine/isolation/ids.js';
import { openLauncher } from '../engine/isolation/open-launcher.js';
import { chooseDriver } from '../engine/storage/drivers/choose.js';
import { WorkerExtractor } from '../engine/storage/extract/worker-extractor.js';
import { layInitFiles } from '../engine/storage/init-files.js';
import { Storage } from '../engine/storage/storage.js';
import { warmThreadPool } from '../native/netns.js';
import { composeDaemon } from './container.js';
import { Doors } from './doors.js';
import { reloadEvent } from './event-sources.js';
import { dropWhatRebootVoided, readIdentity } from './identity.js';
import * as id from './ids.js';
import { type LiveSettings, LiveState, liveDefaults } from './live-settings.js';
import { claimNamespace } from './namespace-claim.js';
import { claimPidfile } from './pidfile.js';
import { lockDataRoot, lockRoot, shareRoot } from './roots.js';
import type { Settings } from './settings.js';
import { stopAll } from './shutdown.js';
import type { InheritedSocket } from './systemd.js';
import { withIdMaps } from './userns/settle.js';

/** A daemon from its start to its stop. */
export class Daemon {
  #settings: Settings;
  readonly #logger: Logger;
  readonly #lifetime = new Lifetime();
  readonly #servers: ApiListener[] = [];
  readonly #live: LiveState;
  readonly #inherited: readonly InheritedSocket[];
  #doors: Doors | undefined;

  /** `inherited`: sockets that the service manager has opened for `fd://`. */
  constructor(parts: {
    settings: Settings;
    logger: Logger;
    inherited?: readonly InheritedSocket[];
  }) {
    this.#settings = parts.settings;
    this.#logger = parts.logger;
    this.#inherited = parts.inherited ?? [];
    this.#live = new LiveState(parts.settings.live);
  }

  /**
   * What an earlier daemon left is repaired before the first request is taken. A start that fails lets go of
   * all that it took; containers that were left running go on.
   */
  async start(): Promise<void> {
    this.#lifetime.own(stayAwake());
    try {
      await this.#claim();
      await this.#run();
    } catch (error) {
      await this.#letGo().catch((failure: unknown) => {
        this.#logger.warn('failed start not cleaned up', { error: failure });
      });
      throw error;
    }
  }

  /** Makes sure of what only one daemon may have, before anything is changed. */
  async #claim(): Promise<void> {
    const { execRoot, pidfile, listening } = this.#settings;
    this.#lifetime.own(lockRoot('exec-root', execRoot));
    this.#settings = withIdMaps(this.#settings, this.#logger);
    this.#lifetime.own(lockDataRoot(this.#settings.dataRoot));
    dropWhatRebootVoided(execRoot);
    this.#lifetime.own(claimPidfile(pidfile));
    this.#lifetime.own(claimNamespace());
    this.#doors = await Doors.plan(listening, this.#inherited);
  }

  async #run(): Promise<void> {
    const { dataRoot, execRoot } = this.#settings;
    // Threads are born in the namespace that the main thread is in, which will visit others later.
    await warmThreadPool();
    const identity = readIdentity(dataRoot, randomIds);
    for (const root of [dataRoot, execRoot]) this.#lifetime.own(shareRoot(root));
    const parts = {
      settings: this.#settings,
      live: this.#live,
      identity,
      logger: this.#logger,
      lifetime: this.#lifetime,
    };
    const container = composeDaemon(parts);
    await this.#open(container);
    await restoreContainers(container.get(id.containersContextId));
    this.#shutdownNetworks = () => container.get(cnmIds.controller).shutdown();
    await container.get(id.imagesId).reconcile();
    this.#quietContainers = () => quietContainers(container.get(id.containersContextId));
    await startThoseDue(container.get(id.containersContextId));
    await this.#doors?.open({
      createServer: (door) => container.get(id.apiServerId).createServer(door),
      own: (server) => this.#servers.push(server),
      logger: this.#logger,
    });
    const { runtimes } = container.get(isolationIds.opened);
    this.#replaceRuntimes = (settings) => runtimes.replace(settings.runtimes);
    this.#tellReload = () => {
      const { cgroupVersion } = container.get(id.factsId);
      const parts = { live: this.#live, defaultRuntime: runtimes.preferred.name, cgroupVersion };
      container.get(id.eventsId).emit(reloadEvent(identity.id, parts));
    };
    this.#stopContainers = () => this.#stopAll(container);
  }

  /**
   * Stops taking requests, stops the containers unless they are to be left running, and lets go of everything.
   * Bridges and rules of networks stay, as with Docker: they are what the next start would make anyway, and
   * what containers that are left running need.
   */
  async stop(): Promise<void> {
    for (const server of this.#servers) server.close();
    this.#quietContainers();
    if (!this.#live.current.liveRestore) await this.#stopContainers();
    await this.#letGo();
  }

  /** Goes on with other settings, and tells those who follow the events. @throws TsnetError, and nothing is changed */
  async reload(settings: LiveSettings): Promise<void> {
    await this.#replaceRuntimes(settings);
    this.#live.replace(settings);
    this.#tellReload();
  }

  async #letGo(): Promise<void> {
    await this.#shutdownNetworks();
    for (const server of this.#servers) {
      server.close();
      server.closeAllConnections();
    }
    await this.#lifetime[Symbol.asyncDispose]();
  }

  /** Nothing runs before the start is complete. */
  #stopContainers: () => Promise<void> = async () => {};
  #quietContainers: () => void = () => {};
  #tellReload: () => void = () => {};
  #replaceRuntimes: (settings: LiveSettings) => Promise<void> = async () => {};
  #shutdownNetworks: () => Promise<void> = async () => {};

  /** Opens what may be missing on this machine: overlay file systems, an OCI runtime. */
  async #open(container: Container): Promise<void> {
    const { dataRoot, execRoot, isolation, idMaps: maps } = this.#settings;
    const logger = this.#logger;
    const extractor = this.#lifetime.own(new WorkerExtractor());
    const driver = await chooseDriver({ dataRoot, ...this.#settings.storage, maps, logger });
    const furnish = (root: string) => layInitFiles(root, maps);
    const parts = { dataRoot, driver, extractor, ids: randomIds, maps, furnish, logger };
    const storage = this.#lifetime.own(new Storage(parts));
    const children = container.get(id.childrenId);
    const folder = join(execRoot, 'launcher');
    const defaults = liveDefaults(isolation.defaults, this.#live);
    const launcher = this.#lifetime.own(
      await openLauncher({ folder, ...isolation, defaults, maps, children, logger }),
    );
    container.bind(id.extractorId).toConstantValue(extractor);
    container.bind(id.storageId).toConstantValue(storage);
    container.bind(isolationIds.opened).toConstantValue(launcher);
  }

  /** As Docker does when it is stopped without `--live-restore`: each container has the time that it was given. */
  async #stopAll(container: Container): Promise<void> {
    const containers = container.get(id.containersId);
    const registry = container.get(id.registryId);
    const running = await containers.list({ all: false, limit: 0, filters: new Map() });
    await stopAll(
      running.map(({ Id }) => ({
        id: Id,
        stopTimeoutSeconds: registry.find(Id).record.config.StopTimeout ?? defaultStopSeconds,
        stop: () => containers.stop(Id, {}),
      })),
      this.#live.current.shutdownTimeoutMs,
      this.#logger,
    );
    await containers.settled();
  }
}

/** Docker's default of `--stop-timeout`. */
const defaultStopSeconds = 10;

/**
 * Keeps Node from ending while the daemon waits for something that doesn't keep it alive, such as the end of a
 * container during a start or a stop.
 */
function stayAwake(): Disposable {
  const timer = setInterval(() => {}, 3_600_000);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
