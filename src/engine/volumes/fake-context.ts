import { join } from 'node:path';
import { FakeClock } from '../../base/clock.js';
import { NotFound } from '../../base/errors.js';
import { countingIds } from '../../base/ids.js';
import { silentLogger } from '../../base/logger.js';
import { KeyedMutex } from '../../base/mutex.js';
import type { Records, VolumesContext } from './context.js';
import type { DriverVolume, Note, VolumeDriver } from './driver.js';
import type { VolumeEvent } from './events.js';
import { LocalDriver } from './local/driver.js';
import { VolumeFolders } from './local/folders.js';
import type { LocalMounts } from './local/mounting.js';
import type { LocalMount } from './local/options.js';
import type { VolumeFate, VolumeRecord, VolumeUse } from './model.js';
import { References } from './references.js';

/** Records in memory. */
class MemoryRecords<T> implements Records<T> {
  readonly #stored = new Map<string, T>();

  get(key: string): T | undefined {
    return this.#stored.get(key);
  }

  values(): T[] {
    return [...this.#stored.values()];
  }

  async save(key: string, record: T): Promise<void> {
    this.#stored.set(key, record);
  }

  async remove(key: string): Promise<void> {
    this.#stored.delete(key);
  }
}

/** Remembers what is mounted; the kernel is not asked. */
class FakeLocalMounts implements LocalMounts {
  readonly mounted = new Set<string>();
  readonly calls: string[] = [];
  /** What the next mount fails with. */
  failure: Error | undefined;

  async mount(_what: LocalMount, target: string): Promise<void> {
    if (this.failure) throw this.failure;
    this.calls.push(`mount ${target}`);
    this.mounted.add(target);
  }

  async unmount(target: string): Promise<void> {
    this.mounted.delete(target);
  }

  isMounted(target: string): boolean {
    return this.mounted.has(target);
  }
}

/** A driver with volumes in memory. */
class ShelfDriver implements VolumeDriver {
  readonly name = 'shelf';
  readonly #volumes = new Set<string>();

  async scope(): Promise<string> {
    return 'global';
  }

  async create({ name }: VolumeRecord, note: Note): Promise<void> {
    this.#volumes.add(name);
    await note();
  }

  async remove({ name }: VolumeRecord, forget: Note): Promise<void> {
    this.#volumes.delete(name);
    await forget();
  }

  async get(name: string): Promise<DriverVolume | undefined> {
    return this.#volumes.has(name) ? { name, mountpoint: '' } : undefined;
  }

  async list(): Promise<DriverVolume[]> {
    return [...this.#volumes].map((name) => ({ name, mountpoint: '' }));
  }

  tracks(): boolean {
    return true;
  }

  async mount({ name }: VolumeRecord): Promise<string> {
    return `/shelf/${name}`;
  }

  async unmount(): Promise<void> {}

  resume(): void {}
}

/** The world around volumes: real folders below one of a test's, records and mounts in memory. */
export class FakeVolumesContext implements VolumesContext {
  readonly records: MemoryRecords<VolumeRecord>;
  readonly uses: MemoryRecords<VolumeUse>;
  readonly fates: MemoryRecords<VolumeFate>;
  readonly mounts: FakeLocalMounts;
  readonly folders: VolumeFolders;
  readonly local: LocalDriver;
  readonly references = new References();
  readonly locks = new KeyedMutex();
  readonly subpathsDir: string;
  readonly ids = countingIds();
  readonly clock = new FakeClock();
  readonly logger = silentLogger;
  readonly events: VolumeEvent[] = [];
  readonly drivers: VolumesContext['drivers'];
  readonly #folder: string;

  constructor(folder: string, before?: FakeVolumesContext) {
    this.#folder = folder;
    this.records = before?.records ?? new MemoryRecords();
    this.uses = before?.uses ?? new MemoryRecords();
    this.fates = before?.fates ?? new MemoryRecords();
    this.mounts = before?.mounts ?? new FakeLocalMounts();
    this.folders = new VolumeFolders(join(folder, 'volumes'));
    this.subpathsDir = join(folder, 'parts');
    this.local = new LocalDriver({ folders: this.folders, mounts: this.mounts });
    const drivers: readonly VolumeDriver[] = [this.local, new ShelfDriver()];
    this.drivers = {
      async get(name) {
        const driver = drivers.find((one) => one.name === name);
        if (driver) return driver;
        throw new NotFound(`error looking up volume plugin ${name}: plugin "${name}" not found`);
      },
      all: async () => drivers,
    };
  }

  emit(event: VolumeEvent): void {
    this.events.push(event);
  }

  /** What a killed daemon leaves: its memory is gone. */
  restarted(): FakeVolumesContext {
    return new FakeVolumesContext(this.#folder, this);
  }
}
