import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import type { OutputChunk } from '../../api/server/backend.js';
import type { LogQuery } from '../../api/server/backends/logs.js';
import {
  type ContainerCreate,
  containerCreate,
  type HostConfig,
} from '../../api/types/container.js';
import { FakeClock } from '../../base/clock.js';
import { NotFound, System } from '../../base/errors.js';
import { countingIds } from '../../base/ids.js';
import { Limit } from '../../base/limit.js';
import { silentLogger } from '../../base/logger.js';
import { KeyedMutex } from '../../base/mutex.js';
import { FakeTimers } from '../../base/timers.js';
import { plainLogs, settledLogConfig } from '../logging/config.js';
import type { Logs } from '../logging/contract.js';
import type { Container } from './container.js';
import type {
  ContainerEvent,
  ContainerSettings,
  ContainersContext,
  ContainersPrunedEvent,
  ImageDefaults,
  Records,
} from './context.js';
import { createContainer } from './create.js';
import { FakeLauncher } from './fake-launcher.js';
import { FakeNetworks } from './fake-networks.js';
import { FakeRootfs } from './fake-rootfs.js';
import { FakeProbes } from './health/fake-probes.js';
import type { ContainerRecord, RunRecord } from './model.js';
import { FakeVolumes } from './mounts/fake-volumes.js';
import { ContainerRegistry } from './registry.js';

/** Records in memory; values go through JSON, as on disk. */
export class FakeRecords<T> implements Records<T> {
  readonly #stored = new Map<string, string>();
  readonly #kind: string;
  readonly #gate: (what: string) => void;

  constructor(kind: string, gate: (what: string) => void) {
    this.#kind = kind;
    this.#gate = gate;
  }

  readonly setAside: string[] = [];

  values(): T[] {
    return [...this.#stored.values()].map((text) => JSON.parse(text) as T);
  }

  get(id: string): T | undefined {
    const text = this.#stored.get(id);
    return text === undefined ? undefined : (JSON.parse(text) as T);
  }

  async save(id: string, record: T): Promise<void> {
    this.#gate(`${this.#kind}.save`);
    this.#stored.set(id, JSON.stringify(record));
  }

  async remove(id: string): Promise<void> {
    this.#gate(`${this.#kind}.remove`);
    this.#stored.delete(id);
  }
}

/**
 * The world around the verbs on containers. Whatever is asked of it passes a gate, which writes it down and
 * may fail it.
 */
export class FakeContext implements ContainersContext, Disposable {
  /** What was asked, in order. */
  readonly calls: string[] = [];
  /** The call, counted from 1, that fails once; 0 for none. */
  failAt = 0;
  /** Calls that fail whenever they come. */
  failOn: RegExp | undefined;
  readonly events: ContainerEvent[] = [];
  /** Bytes that each prune told of. */
  readonly pruned: number[] = [];
  readonly image: { id: string; chainId: string | undefined; config: ImageDefaults } = {
    id: 'sha256:box',
    chainId: 'sha256:chain',
    config: { Cmd: ['sh'] },
  };
  registry = new ContainerRegistry();
  readonly clock = new FakeClock();
  readonly timers = new FakeTimers(this.clock);
  readonly probes = new FakeProbes();
  /** Has those that watch a run's folder told that it is out of memory. */
  readonly outOfMemory = new Map<string, () => void>();
  readonly memory = {
    watch: (runDir: string, tell: () => void) => {
      this.outOfMemory.set(runDir, tell);
      return { cancel: () => void this.outOfMemory.delete(runDir) };
    },
  };
  /** Limits that were set while a container ran. */
  readonly limitsSet: HostConfig[] = [];
  readonly limits = {
    set: async (_id: string, host: HostConfig) => {
      this.#pass('limits.set');
      this.limitsSet.push(host);
    },
  };
  readonly ids = countingIds();
  readonly locks = new KeyedMutex();
  readonly turns = new Limit(8);
  readonly logger = silentLogger;
  readonly records: FakeRecords<ContainerRecord>;
  readonly runs: FakeRecords<RunRecord>;
  readonly rootfs: FakeRootfs;
  readonly volumes: FakeVolumes;
  readonly networks: FakeNetworks;
  readonly launcher: FakeLauncher;
  readonly settings: ContainerSettings;
  readonly images = {
    resolve: (reference: string) => {
      if (reference !== 'box') throw new NotFound(`No such image: ${reference}:latest`);
      return this.image;
    },
  };
  /** What is still done to the files of a log when its container is removed. */
  closeLog: (id: string) => Promise<void> = async () => {};
  readonly logs: Logs = {
    close: (id) => this.closeLog(id),
    settle: (wanted) => settledLogConfig(wanted ?? { Type: '', Config: {} }, plainLogs),
    prepare: async () => true,
    watch() {},
    read: (_log, { tty, query }) => ({ tty, batches: logged(query), abort() {} }),
  };

  constructor() {
    const gate = (what: string) => this.#pass(what);
    const folder = mkdtempSync(join(tmpdir(), 'tsnet-containers-'));
    mkdirSync(join(folder, 'containers'));
    this.records = new FakeRecords('records', gate);
    this.runs = new FakeRecords('runs', gate);
    this.rootfs = new FakeRootfs(gate);
    this.volumes = new FakeVolumes(gate);
    this.networks = new FakeNetworks(gate);
    this.launcher = new FakeLauncher(gate);
    this.settings = {
      containersDir: join(folder, 'containers'),
      runDir: join(folder, 'run'),
      dns: ['9.9.9.9'],
      dnsSearch: ['daemon.test'],
      dnsOptions: ['ndots:1'],
      hostname: () => 'the-host',
    };
    this.#folder = folder;
  }

  readonly #folder: string;

  emit(event: ContainerEvent | ContainersPrunedEvent): void {
    if ('reclaimed' in event) this.pruned.push(event.reclaimed);
    else this.events.push(event);
  }

  /** Names of the events so far. */
  get actions(): string[] {
    return this.events.map(({ action }) => action);
  }

  /** Folders of runs that are there. */
  get runDirs(): string[] {
    return existsSync(this.settings.runDir) ? readdirSync(this.settings.runDir) : [];
  }

  /** Makes a container of the image `box`. */
  async create(name: string, over: object = {}): Promise<Container> {
    const { Id } = await createContainer(this, name, createBody(over));
    return this.registry.find(Id);
  }

  /** From now on the `n`th call fails, counted from the next. */
  failNext(n: number): void {
    this.failAt = this.calls.length + n;
  }

  /** The daemon's memory is lost, the rest stays. */
  forgetMemory(): void {
    this.registry = new ContainerRegistry();
    this.launcher.dropWatchers();
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #pass(what: string): void {
    this.calls.push(what);
    if (this.calls.length === this.failAt || this.failOn?.test(what)) {
      throw new System(`${what} failed`);
    }
  }
}

/** A body of create as the server decodes it. */
export function createBody(over: object = {}): ContainerCreate {
  return v.parse(containerCreate, { Image: 'box', ...over });
}

async function* logged({ stdout, stderr }: LogQuery): AsyncGenerator<OutputChunk[]> {
  if (stdout) yield [{ stream: 'stdout', data: Buffer.from('old out\n') }];
  if (stderr) yield [{ stream: 'stderr', data: Buffer.from('old err\n') }];
}

/** Lets everything happen that waits for nothing. */
export function settle(): Promise<void> {
  return new Promise((done) => setImmediate(done));
}

/** What a promise was rejected with. @throws Error if it wasn't */
export async function rejection(promise: Promise<unknown>): Promise<Error> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome instanceof Error) return outcome;
  throw new Error('it was expected to fail, and did not');
}
