/**
 * What the HTTP server needs of the engine. The server decodes requests and picks status codes; every
 * decision is behind these interfaces. References (`ref`) are a full id, a name, or a unique id prefix.
 */
import type { Duplex, Readable } from 'node:stream';
import type {
  ContainerCreate,
  ContainerCreated,
  ContainerInspect,
  ContainerSummary,
  ContainerTop,
  ContainerWait,
  FileChange,
} from '../types/container.js';
import type { ExecCreate, ExecInspect } from '../types/exec.js';
import type {
  NetworkConnect,
  NetworkCreate,
  NetworkCreated,
  NetworkDisconnect,
  NetworkInspect,
} from '../types/network.js';
import type { PlannedStepView } from '../types/plan.js';
import type {
  ContainersPruned,
  EventMessage,
  Filters,
  ImageDeleted,
  ImagesPruned,
  NetworksPruned,
} from '../types/system.js';
import type { ArchiveBackend } from './backends/archive.js';
import type { CommitBackend } from './backends/commit.js';
import type { LogsBackend } from './backends/logs.js';
import type { StatsBackend } from './backends/stats.js';
import type { UpdateBackend } from './backends/update.js';
import type { VolumesBackend } from './backends/volumes.js';

/** What the routes of containers ask of the engine. `ref`: an id, its beginning, or a name. */
export interface ContainersBackend {
  list(query: {
    all: boolean;
    limit: number;
    size: boolean;
    filters: Filters;
  }): Promise<ContainerSummary[]>;
  create(name: string | undefined, body: ContainerCreate): Promise<ContainerCreated>;
  inspect(ref: string, size: boolean): Promise<ContainerInspect>;
  start(ref: string): Promise<void>;
  /** `timeoutSeconds`: -1 waits for ever; undefined takes the container's. @throws NotModified if it isn't running */
  stop(ref: string, options: { signal?: string; timeoutSeconds?: number }): Promise<void>;
  restart(ref: string, options: { signal?: string; timeoutSeconds?: number }): Promise<void>;
  kill(ref: string, signal: string): Promise<void>;
  pause(ref: string): Promise<void>;
  unpause(ref: string): Promise<void>;
  rename(ref: string, name: string): Promise<void>;
  remove(ref: string, options: { force: boolean; volumes: boolean; link: boolean }): Promise<void>;
  /**
   * Registers at once (an unknown ref throws before the promise of the result is handed out), so that headers can be
   * sent before the exit. Nothing is kept of one who has gone, which `signal` tells, and whose result never comes.
   */
  wait(
    ref: string,
    condition: 'not-running' | 'next-exit' | 'removed',
    signal: AbortSignal,
  ): Promise<{ result: Promise<ContainerWait> }>;
  top(ref: string, psArgs: string): Promise<ContainerTop>;
  attach(ref: string, query: AttachQuery): Promise<AttachedStreams>;
  resize(ref: string, size: TtySize): Promise<void>;
  prune(filters: Filters): Promise<ContainersPruned>;
  /** What the container has changed in its image's files. */
  changes(ref: string): Promise<FileChange[]>;

  execCreate(ref: string, body: ExecCreate): Promise<{ Id: string }>;
  /** `streams` is absent when detached. */
  execStart(id: string, options: ExecStart): Promise<AttachedStreams | undefined>;
  execInspect(id: string): Promise<ExecInspect>;
  execResize(id: string, size: TtySize): Promise<void>;
}

/** How an exec is started. */
export interface ExecStart {
  readonly detach: boolean;
  readonly tty: boolean;
  readonly size?: TtySize;
  /**
   * Called unless it is detached, once whatever goes wrong is told in its output, and before its process is started.
   * So the head of the answer doesn't come together with output: docker-py would lose what comes with it.
   * `tty` is what it was made with.
   */
  accepted?(tty: boolean): void;
}

/** Of a terminal, in characters. */
export interface TtySize {
  readonly rows: number;
  readonly columns: number;
}

/** Docker Engine API: the query of `ContainerAttach`. */
export interface AttachQuery {
  readonly logs: boolean;
  readonly stream: boolean;
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly detachKeys?: string;
}

/** One piece of a container's output. */
export interface OutputChunk {
  readonly stream: 'stdout' | 'stderr';
  readonly data: Buffer;
}

/** Output as it comes; ends when the container does, or when `abort` is called. With `tty` all of it is stdout and unframed. */
export interface OutputStream {
  readonly tty: boolean;
  readonly chunks: AsyncIterable<OutputChunk>;
  abort(): void;
}

/** Output and input of a process. */
export interface AttachedStreams extends OutputStream {
  /** Writes go to the process's stdin; `end` closes it. Absent if stdin was not asked for. */
  readonly stdin?: Pick<Duplex, 'write' | 'end' | 'once'>;
}

/** What the routes of networks ask of the engine. `ref`: an id, its beginning, or a name. */
export interface NetworksBackend {
  list(filters: Filters): Promise<NetworkInspect[]>;
  /** `plan`: with what was done to the kernel for it. */
  inspect(
    ref: string,
    options: { verbose: boolean; scope: string; plan: boolean },
  ): Promise<NetworkInspect>;
  create(body: NetworkCreate): Promise<NetworkCreated>;
  remove(ref: string): Promise<void>;
  connect(ref: string, body: NetworkConnect): Promise<void>;
  disconnect(ref: string, body: NetworkDisconnect): Promise<void>;
  prune(filters: Filters): Promise<NetworksPruned>;
}

/** What requests would do to the kernel. Nothing is done; what the requests refuse is refused. */
export interface PlanBackend {
  network(body: NetworkCreate): Promise<PlannedStepView[]>;
  connect(ref: string, body: NetworkConnect): Promise<PlannedStepView[]>;
  /** What the container would need once it starts. */
  container(name: string | undefined, body: ContainerCreate): Promise<PlannedStepView[]>;
}

/** Results are Docker's JSON; progress goes to `progress` as Docker's JSON messages, one object each. */
export interface ImagesBackend {
  list(query: { all: boolean; filters: Filters; sharedSize: boolean }): Promise<unknown[]>;
  inspect(ref: string): Promise<object>;
  history(ref: string): Promise<unknown[]>;
  tag(ref: string, repo: string, tag: string): Promise<void>;
  remove(ref: string, options: { force: boolean; noPrune: boolean }): Promise<ImageDeleted[]>;
  /** `POST /images/create?fromSrc=-`. */
  import(
    options: ImportOptions,
    body: Readable,
    progress: (message: object) => void,
  ): Promise<void>;
  /** `POST /images/create?fromImage=`: no registry yet; fails with a clear text if the image isn't there. */
  pull(reference: string, progress: (message: object) => void): Promise<void>;
  load(body: Readable, quiet: boolean, progress: (message: object) => void): Promise<void>;
  save(refs: readonly string[]): Promise<Readable>;
  prune(filters: Filters): Promise<ImagesPruned>;
}

/** Docker Engine API: the query of `ImageCreate` with `fromSrc`. */
export interface ImportOptions {
  readonly repo: string;
  readonly tag: string;
  readonly message: string;
  readonly changes: readonly string[];
  /** `os/arch[/variant]`; empty for this machine's. */
  readonly platform: string;
}

/** What the routes of the system ask of the engine. */
export interface SystemBackend {
  version(): Promise<object>;
  info(): Promise<object>;
  /** Past events since `since`, then live ones until `until` or `signal`. Times in seconds since the epoch. */
  events(query: {
    since?: number;
    until?: number;
    filters: Filters;
    signal: AbortSignal;
  }): AsyncIterable<EventMessage>;
  /** Of the types that are named, all for none. @throws InvalidParameter for an unknown one */
  diskUsage(types: readonly string[]): Promise<object>;
}

/** Everything behind the HTTP server. */
export interface Backends {
  readonly archive: ArchiveBackend;
  readonly commits: CommitBackend;
  readonly containers: ContainersBackend;
  readonly logs: LogsBackend;
  readonly stats: StatsBackend;
  readonly networks: NetworksBackend;
  readonly plans: PlanBackend;
  readonly images: ImagesBackend;
  readonly system: SystemBackend;
  readonly updates: UpdateBackend;
  readonly volumes: VolumesBackend;
}
