import { InvalidParameter } from '../../../base/errors.js';
import type { DriverVolume, Note, VolumeDriver } from '../driver.js';
import { localDriver, type VolumeRecord } from '../model.js';
import type { VolumeFolders } from './folders.js';
import type { LocalMounts } from './mounting.js';
import { checkLocalOptions, localMount } from './options.js';

const allowed = '[a-zA-Z0-9][a-zA-Z0-9_.-]';
const namePattern = new RegExp(`^${allowed}+$`);
/** Its record's file has a longer name. */
const longest = 200;

/** Volumes in folders of this machine; with options something is mounted on the folder while it is in use. */
export class LocalDriver implements VolumeDriver {
  readonly name = localDriver;
  readonly #folders: VolumeFolders;
  readonly #mounts: LocalMounts;
  /** Ids of the uses of volumes that are mounted, by name. */
  readonly #uses = new Map<string, Set<string>>();

  constructor(parts: { folders: VolumeFolders; mounts: LocalMounts }) {
    this.#folders = parts.folders;
    this.#mounts = parts.mounts;
  }

  async scope(): Promise<string> {
    return 'local';
  }

  /** The record comes first: a record without a folder gets one, a folder without a record counts as found. */
  async create({ name, options }: VolumeRecord, note: Note): Promise<void> {
    checkName(name);
    checkLocalOptions(options);
    await note();
    this.#folders.make(name);
  }

  async remove({ name }: VolumeRecord, forget: Note): Promise<void> {
    await this.#mounts.unmount(this.#folders.data(name));
    this.#folders.retire(name);
    await forget();
    await this.#folders.clear(name);
  }

  async get(name: string): Promise<DriverVolume | undefined> {
    if (!namePattern.test(name) || !this.#folders.has(name)) return undefined;
    return { name, mountpoint: this.#folders.data(name) };
  }

  async list(): Promise<readonly DriverVolume[]> {
    return this.#folders.names().map((name) => ({ name, mountpoint: this.#folders.data(name) }));
  }

  tracks({ options }: VolumeRecord): boolean {
    return localMount(options) !== undefined;
  }

  /** The first use of one with options mounts it. @throws System */
  async mount({ name, options }: VolumeRecord, useId: string): Promise<string> {
    const path = this.#folders.data(name);
    const what = localMount(options);
    if (!what) return path;
    if (!this.#mounts.isMounted(path)) await this.#mounts.mount(what, path);
    this.#usesOf(name).add(useId);
    return path;
  }

  /** The last use's end unmounts it. */
  async unmount({ name, options }: VolumeRecord, useId: string): Promise<void> {
    if (!localMount(options)) return;
    const uses = this.#uses.get(name);
    uses?.delete(useId);
    if (uses && uses.size > 0) return;
    this.#uses.delete(name);
    await this.#mounts.unmount(this.#folders.data(name));
  }

  resume({ name }: VolumeRecord, useId: string): void {
    this.#usesOf(name).add(useId);
  }

  /** Unmounts what nobody uses: after a crash. */
  async unmountIdle(name: string): Promise<void> {
    const path = this.#folders.data(name);
    if (!this.#uses.has(name) && this.#mounts.isMounted(path)) {
      await this.#mounts.unmount(path);
    }
  }

  #usesOf(name: string): Set<string> {
    const uses = this.#uses.get(name) ?? new Set();
    this.#uses.set(name, uses);
    return uses;
  }
}

/** @throws InvalidParameter in Docker's words */
function checkName(name: string): void {
  if (name.length === 1) {
    throw new InvalidParameter(
      'volume name is too short, names should be at least two alphanumeric characters',
    );
  }
  if (!namePattern.test(name)) {
    throw new InvalidParameter(
      `${JSON.stringify(name)} includes invalid characters for a local volume name, only "${allowed}" are allowed. ` +
        'If you intended to pass a host directory, use absolute path',
    );
  }
  if (name.length > longest) {
    throw new InvalidParameter(`volume name is too long, names have at most ${longest} characters`);
  }
}
