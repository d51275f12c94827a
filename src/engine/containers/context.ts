/** Everything that the verbs on containers work with; each part is declared here as narrowly as it is used. */
import type { Readable } from 'node:stream';
import type { FileChange, HostConfig } from '../../api/types/container.js';
import type { Clock } from '../../base/clock.js';
import type { IdMaps } from '../../base/id-mapping.js';
import type { Ids } from '../../base/ids.js';
import type { Limit } from '../../base/limit.js';
import type { Logger } from '../../base/logger.js';
import type { KeyedMutex } from '../../base/mutex.js';
import type { Timers } from '../../base/timers.js';
import type { NetworkController } from '../../cnm/contract.js';
import type { Launcher, Probes } from '../isolation/contract.js';
import type { Logs } from '../logging/contract.js';
import type { ContainerRecord, RunRecord } from './model.js';
import type { ContainerVolumes } from './mounts/volumes.js';
import type { MemoryWatch } from './out-of-memory.js';
import type { ContainerRegistry } from './registry.js';

/** Stored records of one kind. */
export interface Records<T> {
  /** Ids of those that could not be read. */
  readonly setAside: readonly string[];
  values(): readonly T[];
  save(id: string, record: T): Promise<void>;
  remove(id: string): Promise<void>;
}

/** The part of an image that a container is made from. */
export interface ContainerImage {
  readonly id: string;
  /** Chain id of its layers; undefined for an empty image. */
  readonly chainId: string | undefined;
  readonly config: ImageDefaults;
}

/** Times in nanoseconds. OCI image config as Docker extends it. */
export interface ImageHealthcheck {
  readonly Test?: readonly string[] | null | undefined;
  readonly Interval?: number | null | undefined;
  readonly Timeout?: number | null | undefined;
  readonly StartPeriod?: number | null | undefined;
  readonly StartInterval?: number | null | undefined;
  readonly Retries?: number | null | undefined;
}

/** What an image says of its containers. OCI image config, field `config`. */
export interface ImageDefaults {
  readonly User?: string | null | undefined;
  readonly ExposedPorts?: Readonly<Record<string, unknown>> | null | undefined;
  readonly Env?: readonly string[] | null | undefined;
  readonly Entrypoint?: readonly string[] | null | undefined;
  readonly Cmd?: readonly string[] | null | undefined;
  readonly Volumes?: Readonly<Record<string, unknown>> | null | undefined;
  readonly WorkingDir?: string | null | undefined;
  readonly Labels?: Readonly<Record<string, string>> | null | undefined;
  readonly StopSignal?: string | null | undefined;
  readonly Healthcheck?: ImageHealthcheck | null | undefined;
  readonly Shell?: readonly string[] | null | undefined;
}

/** What containers ask of images. */
export interface ContainerImages {
  /** @throws NotFound `No such image: x:latest` */
  resolve(reference: string): ContainerImage;
}

/** Bytes that a container has written, and in all. */
export interface ContainerSize {
  readonly writable: number;
  readonly total: number;
}

/** Root file systems by container id. */
export interface RootFilesystems {
  /** Name of the storage driver. */
  readonly driver: string;
  prepare(containerId: string, chainId: string | undefined): Promise<void>;
  /** Makes a tree of an image that a container mounts; it is unmounted and removed with the container's own. */
  prepareView(containerId: string, viewId: string, chainId: string | undefined): Promise<void>;
  /** By the id of a container or view. @returns the path of the merged tree. */
  mount(containerId: string): string;
  unmount(containerId: string): Promise<void>;
  remove(containerId: string): Promise<void>;
  exportTar(containerId: string): Promise<Readable>;
  /** Docker API: `GraphDriver`. */
  graphDriver(containerId: string): {
    readonly Name: string;
    /** Null where the storage driver has nothing to tell. */
    readonly Data: Readonly<Record<string, string>> | null;
  };
  size(containerId: string): Promise<ContainerSize>;
  /** What the container has changed in its image's files. */
  changes(containerId: string): Promise<FileChange[]>;
  /** At start: removes what belongs to none of `containers` and unmounts what isn't of `running`. */
  reconcile(containers: Iterable<string>, running: Iterable<string>): Promise<void>;
}

/** Something that happened to a container. Docker API: events of type `container`. */
export interface ContainerEvent {
  readonly action: string;
  readonly container: ContainerRecord;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** Those that were over were removed; the bytes that they took. */
export interface ContainersPrunedEvent {
  readonly action: 'prune';
  readonly reclaimed: number;
}

/** Where things are and what counts by default. */
export interface ContainerSettings {
  /** Per container: log file and the files mounted over `/etc`. Durable. */
  readonly containersDir: string;
  /** Per container: sockets, pids, bundle. Volatile. */
  readonly runDir: string;
  /** `--dns`, `--dns-search`, `--dns-opt` of the daemon. */
  readonly dns: readonly string[];
  readonly dnsSearch: readonly string[];
  readonly dnsOptions: readonly string[];
  /** Whether containers are told of those they are linked to by variables, as was usual once. */
  readonly linkEnvironment?: boolean;
  /** Control group that those of containers are made in; empty or absent: `tsnet`. */
  readonly cgroupParent?: string;
  /** What ids of containers are on the host; absent: the same. */
  readonly idMaps?: IdMaps | undefined;
  /** Name of the host, for containers on its network. */
  hostname(): string;
}

/** Sets limits of containers that run. */
export interface LiveLimits {
  /** @throws System with the runtime's reason */
  set(id: string, host: HostConfig): Promise<void>;
}

/** Everything that the verbs of containers work with. */
export interface ContainersContext {
  readonly registry: ContainerRegistry;
  readonly records: Records<ContainerRecord>;
  readonly runs: Records<RunRecord>;
  readonly images: ContainerImages;
  readonly rootfs: RootFilesystems;
  readonly volumes: ContainerVolumes;
  readonly networks: NetworkController;
  readonly launcher: Launcher;
  readonly logs: Logs;
  readonly locks: KeyedMutex;
  /** For work that takes the daemon's own time: sandboxes, mounts, processes made and taken apart. */
  readonly turns: Limit;
  readonly settings: ContainerSettings;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly probes: Probes;
  readonly limits: LiveLimits;
  readonly memory: MemoryWatch;
  readonly logger: Logger;
  emit(event: ContainerEvent | ContainersPrunedEvent): void;
}
