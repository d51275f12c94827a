import type { Server } from 'node:http';
import { join } from 'node:path';
import type { Container } from 'inversify';
import { listen } from '../api/server/listen.js';
import { messageOf } from '../base/errors.js';
import { randomIds } from '../base/ids.js';
import type { Logger } from '../base/logger.js';
import { Lifetime } from '../base/rollback.js';
import { cnmIds } from '../cnm/ids.js';
import { restoreContainers } from '../engine/containers/restore.js';
import { isolationIds } from '../engine/isolation/ids.js';
import { openLauncher } from '../engine/isolation/open-launcher.js';
import { WorkerExtractor } from '../engine/storage/extract/worker-extractor.js';
import { kernelMounts } from '../engine/storage/kernel-mounts.js';
import { Overlay2 } from '../engine/storage/overlay2.js';
import { Storage } from '../engine/storage/storage.js';
import { warmThreadPool } from '../native/netns.js';
import { tryAddress } from './addresses.js';
import { composeDaemon } from './container.js';
import { dropWhatRebootVoided, readIdentity } from './identity.js';
import * as id from './ids.js';
import { claimNamespace } from './namespace-claim.js';
import { claimPidfile } from './pidfile.js';
import { lockRoot, shareRoot } from './roots.js';
import type { Settings } from './settings.js';

/** A daemon from its start to its stop. */
export class Daemon {
  readonly #settings: Settings;
  readonly #logger: Logger;
  readonly #lifetime = new Lifetime();
  readonly #servers: Server[] = [];

  constructor(parts: { settings: Settings; logger: Logger }) {
    this.#settings = parts.settings;
    this.#logger = parts.logger;
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
    const { dataRoot, execRoot, pidfile, listen: addresses } = this.#settings;
    this.#lifetime.own(lockRoot('exec-root', execRoot));
    this.#lifetime.own(lockRoot('data-root', dataRoot));
    dropWhatRebootVoided(execRoot);
    this.#lifetime.own(claimPidfile(pidfile));
    this.#lifetime.own(claimNamespace());
    for (const address of addresses) await tryAddress(address);
  }

  async #run(): Promise<void> {
    const { dataRoot, execRoot } = this.#settings;
    // Threads are born in the namespace that the main thread is in, which will visit others later.
    await warmThreadPool();
    const identity = readIdentity(dataRoot, randomIds);
    for (const root of [dataRoot, execRoot]) this.#lifetime.own(shareRoot(root));
    const parts = {
      settings: this.#settings,
      identity,
      logger: this.#logger,
      lifetime: this.#lifetime,
    };
    const container = composeDaemon(parts);
    await this.#open(container);
    await restoreContainers(container.get(id.containersContextId));
    this.#shutdownNetworks = () => container.get(cnmIds.controller).shutdown();
    await container.get(id.imagesId).reconcile();
    await this.#listen(container);
    this.#stopContainers = () => stopAll(container);
  }

  /**
   * Stops taking requests, stops the containers unless they are to be left running, and lets go of everything.
   * Bridges and rules of networks stay, as with Docker: they are what the next start would make anyway, and
   * what containers that are left running need.
   */
  async stop(): Promise<void> {
    for (const server of this.#servers) server.close();
    if (!this.#settings.liveRestore) await this.#stopContainers();
    await this.#letGo();
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
  #shutdownNetworks: () => Promise<void> = async () => {};

  /** Opens what may be missing on this machine: overlay file systems, an OCI runtime. */
  async #open(container: Container): Promise<void> {
    const { dataRoot, execRoot, runtimes } = this.#settings;
    const logger = this.#logger;
    const extractor = this.#lifetime.own(new WorkerExtractor());
    const driver = new Overlay2({ root: join(dataRoot, 'overlay2'), mounts: kernelMounts });
    const storage = await Storage.open({ dataRoot, driver, extractor, ids: randomIds, logger });
    const children = container.get(id.childrenId);
    const folder = join(execRoot, 'launcher');
    const launcher = this.#lifetime.own(await openLauncher({ folder, runtimes, children, logger }));
    container.bind(id.extractorId).toConstantValue(extractor);
    container.bind(id.storageId).toConstantValue(storage);
    container.bind(isolationIds.opened).toConstantValue(launcher);
  }

  async #listen(container: Container): Promise<void> {
    for (const address of this.#settings.listen) {
      const server = container.get(id.apiServerId).createServer();
      await listen(server, address);
      this.#servers.push(server);
      const shown = address.type === 'unix' ? address.path : `${address.host}:${address.port}`;
      if (address.type === 'tcp') {
        this.#logger.warn('anyone who can connect to this address is root on this machine', {
          address: shown,
        });
      }
      this.#logger.info('API listen', { address: shown });
    }
  }
}

/**
 * Keeps Node from ending while the daemon waits for something that doesn't keep it alive, such as the end of a
 * container during a start or a stop.
 */
function stayAwake(): Disposable {
  const timer = setInterval(() => {}, 3_600_000);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** As Docker does when it is stopped without `--live-restore`: each container has the time that it was given. */
async function stopAll(container: Container): Promise<void> {
  const containers = container.get(id.containersId);
  const logger = container.get(id.loggerId);
  const running = await containers.list({ all: false, limit: 0, filters: new Map() });
  await Promise.all(
    running.map(({ Id }) =>
      containers.stop(Id, {}).catch((error: unknown) => {
        logger.warn('container not stopped', { container: Id, error: messageOf(error) });
      }),
    ),
  );
  await containers.settled();
}
