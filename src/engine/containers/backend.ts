import type {
  AttachedStreams,
  AttachQuery,
  ContainersBackend,
  ExecStart,
  TtySize,
} from '../../api/server/backend.js';
import type { LogQuery, LogStream, LogsBackend } from '../../api/server/backends/logs.js';
import type {
  ContainerCreate,
  ContainerCreated,
  ContainerInspect,
  ContainerSummary,
  ContainerTop,
  ContainerWait,
  FileChange,
} from '../../api/types/container.js';
import type { ExecCreate, ExecInspect } from '../../api/types/exec.js';
import type { NetworkConnect } from '../../api/types/network.js';
import type { ContainersPruned, Filters } from '../../api/types/system.js';
import { Conflict, prefixed, TsnetError } from '../../base/errors.js';
import type { PlannedStep } from '../../cnm/contract.js';
import type { NetworkRecord } from '../../cnm/model.js';
import { attach } from './attach.js';
import { connectContainer, disconnectContainer, forgetNetwork } from './connect.js';
import type { Container, WaitCondition } from './container.js';
import type { ContainerSize, ContainersContext } from './context.js';
import { createContainer } from './create.js';
import { Execs } from './exec.js';
import { type ContainerFilter, containerFilter } from './filters.js';
import { inspectContainer } from './inspect.js';
import { linkNamed, linkNames, removeLink, shownLinks } from './legacy-links.js';
import { selectContainers, summarize } from './list.js';
import { readLogs, shownLogPath } from './log.js';
import { emptySettings } from './networking.js';
import { filesOf, runDirOf } from './paths.js';
import { planConnect, planContainer } from './plan.js';
import { pruneContainers } from './prune.js';
import { removeContainer } from './remove.js';
import { renameContainer } from './rename.js';
import type { NetworkView } from './settings-view.js';
import { startContainer } from './start.js';
import {
  killContainer,
  pauseContainer,
  restartContainer,
  type StopOptions,
  stopContainer,
  unpauseContainer,
} from './stop.js';
import { type RunPs, topContainer } from './top.js';
import { waitFor } from './wait.js';

/** Facts about images and storage that listings show. */
export interface ContainerFacts {
  /** Ids of the images that a reference stands for. */
  imageIds(reference: string): readonly string[];
  /** What `ps` calls the image: the user's reference while it stands for this image, else the id. */
  imageName(reference: string, id: string): string;
}

/** Containers for the API: finds the one that is meant, and lets one operation at a time change it. */
export class Containers implements ContainersBackend, LogsBackend {
  readonly #context: ContainersContext;
  readonly #facts: ContainerFacts;
  readonly #runPs: RunPs;
  readonly #execs: Execs;
  readonly #view: NetworkView;

  constructor(options: { context: ContainersContext; facts: ContainerFacts; runPs: RunPs }) {
    this.#context = options.context;
    this.#facts = options.facts;
    this.#runPs = options.runPs;
    this.#execs = new Execs(options.context);
    this.#view = networkView(options.context);
  }

  async list(query: {
    all: boolean;
    limit: number;
    size?: boolean;
    filters: Filters;
  }): Promise<ContainerSummary[]> {
    const now = this.#context.clock.now();
    const all = this.#context.registry.all();
    const wanted = selectContainers(all, query, this.#filter(query.filters));
    const names = linkNames(all);
    const lines = wanted.map(async (container) => {
      const { config, image } = container.record;
      const imageName = this.#facts.imageName(config.Image, image);
      const size = query.size ? await this.#sizeIfThere(container) : undefined;
      const others = names.get(container.id) ?? [];
      const facts = { imageName, now, linkNames: others, ...(size && { size }) };
      return summarize(this.#view, container, facts);
    });
    return Promise.all(lines);
  }

  create(name: string | undefined, body: ContainerCreate): Promise<ContainerCreated> {
    return createContainer(this.#context, name, body);
  }

  async inspect(ref: string, size: boolean): Promise<ContainerInspect> {
    const container = this.#find(ref);
    const { rootfs } = this.#context;
    return inspectContainer(this.#view, container, {
      logPath: shownLogPath(this.#context, container),
      files: filesOf(this.#context.settings.containersDir, container.id),
      graphDriver: rootfs.graphDriver(container.id),
      links: shownLinks(this.#context, container.record),
      ...(size && { size: await rootfs.size(container.id) }),
    });
  }

  start(ref: string): Promise<void> {
    return this.#change(ref, (container) => startContainer(this.#context, container));
  }

  async stop(ref: string, options: StopOptions): Promise<void> {
    return stopContainer(this.#context, this.#find(ref), options);
  }

  async restart(ref: string, options: StopOptions): Promise<void> {
    return restartContainer(this.#context, this.#find(ref), { ...options, ref });
  }

  /** Not serialised with the others: it must get through while a stop waits. */
  async kill(ref: string, signal: string): Promise<void> {
    try {
      await killContainer(this.#context, this.#find(ref), signal);
    } catch (error) {
      throw prefixed(`cannot kill container: ${ref}`, error);
    }
  }

  pause(ref: string): Promise<void> {
    return this.#change(ref, (container) => pauseContainer(this.#context, container));
  }

  unpause(ref: string): Promise<void> {
    return this.#change(ref, (container) => unpauseContainer(this.#context, container));
  }

  rename(ref: string, name: string): Promise<void> {
    return this.#change(ref, (container) => renameContainer(this.#context, container, name));
  }

  async remove(
    ref: string,
    options: { force: boolean; volumes?: boolean; link?: boolean },
  ): Promise<void> {
    if (options.link) {
      this.#find(ref);
      const { parent, alias } = linkNamed(ref);
      return this.#change(parent, (container) => removeLink(this.#context, container, alias));
    }
    await this.#change(ref, (container) => removeContainer(this.#context, container, options));
  }

  async wait(
    ref: string,
    condition: WaitCondition,
    signal: AbortSignal,
  ): Promise<{ result: Promise<ContainerWait> }> {
    return waitFor(this.#find(ref), condition, signal);
  }

  async top(ref: string, psArgs: string): Promise<ContainerTop> {
    return topContainer(this.#context, this.#find(ref), psArgs, this.#runPs);
  }

  async logs(ref: string, query: LogQuery): Promise<LogStream> {
    return readLogs(this.#context, this.#find(ref), query);
  }

  attach(ref: string, query: AttachQuery): Promise<AttachedStreams> {
    return attach(this.#context, this.#find(ref), query);
  }

  async resize(ref: string, size: TtySize): Promise<void> {
    const container = this.#find(ref);
    if (!container.run) throw new Conflict(`container ${container.id} is not running`);
    await this.#context.launcher.resize(container.id, runDirOf(this.#context, container), size);
    const attributes = { height: String(size.rows), width: String(size.columns) };
    this.#context.emit({ action: 'resize', container: container.record, attributes });
  }

  async prune(filters: Filters): Promise<ContainersPruned> {
    return pruneContainers(this.#context, filters);
  }

  async changes(ref: string): Promise<FileChange[]> {
    return this.#context.rootfs.changes(this.#find(ref).id);
  }

  /** @throws NotFound if there is no such container */
  require(ref: string): void {
    this.#find(ref);
  }

  /** What a container that is made so would need of the network, once it starts. */
  planContainer(name: string | undefined, body: ContainerCreate): Promise<PlannedStep[]> {
    return planContainer(this.#context, name, body);
  }

  /** What {@link connect} would do. */
  async planConnect(
    ref: string,
    network: NetworkRecord,
    body: NetworkConnect,
  ): Promise<PlannedStep[]> {
    const settings = body.EndpointConfig ?? emptySettings;
    return planConnect(this.#context, this.#find(ref), network, settings);
  }

  /** Attaches to one more network: `POST /networks/{id}/connect`. */
  connect(ref: string, network: NetworkRecord, body: NetworkConnect): Promise<void> {
    const settings = body.EndpointConfig ?? emptySettings;
    return this.#change(ref, (container) =>
      connectContainer(this.#context, container, network, settings),
    );
  }

  disconnect(ref: string, network: NetworkRecord): Promise<void> {
    return this.#change(ref, (container) => disconnectContainer(this.#context, container, network));
  }

  /** Takes a network that is gone out of a container's settings; false if it is left there. */
  forgetNetwork(ref: string, network: string, force: boolean): Promise<boolean> {
    return this.#change(ref, (it) => forgetNetwork(this.#context, it, network, force));
  }

  async execCreate(ref: string, body: ExecCreate): Promise<{ Id: string }> {
    return this.#execs.create(this.#find(ref), body, ref);
  }

  execStart(id: string, options: ExecStart): Promise<AttachedStreams | undefined> {
    return this.#execs.start(id, options);
  }

  execInspect(id: string): Promise<ExecInspect> {
    return this.#execs.inspect(id);
  }

  execResize(id: string, size: TtySize): Promise<void> {
    return this.#execs.resize(id, size);
  }

  /** Resolves when all that follows the exits so far is done: unmounted, forgotten, written down. */
  async settled(): Promise<void> {
    await Promise.all(this.#context.registry.all().map((container) => container.settled));
  }

  #find(ref: string): Container {
    return this.#context.registry.find(ref);
  }

  /** A container may go while its files are counted. */
  async #sizeIfThere({ id }: Container): Promise<ContainerSize | undefined> {
    try {
      return await this.#context.rootfs.size(id);
    } catch (error) {
      if (error instanceof TsnetError) return undefined;
      throw error;
    }
  }

  #filter(filters: Filters): ContainerFilter {
    const { registry } = this.#context;
    const imageIds = (reference: string) => this.#facts.imageIds(reference);
    return containerFilter({ registry, view: this.#view, imageIds }, filters);
  }

  #change<T>(ref: string, work: (container: Container) => Promise<T>): Promise<T> {
    const { id } = this.#find(ref);
    // It may have gone while an earlier operation had the lock.
    return this.#context.locks.run(id, () => work(this.#find(id)));
  }
}

/** The network model as the listings see it. */
function networkView({ networks }: ContainersContext): NetworkView {
  return {
    sandbox: (id) => networks.sandbox(id),
    networkOf(reference) {
      try {
        return networks.network(reference);
      } catch (error) {
        // A network that was removed after the container was made; the listing shows its bare name.
        if (error instanceof TsnetError) return undefined;
        throw error;
      }
    },
  };
}
