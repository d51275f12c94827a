import { existsSync, mkdirSync, realpathSync, rmSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { InvalidParameter, Unavailable } from '../../base/errors.js';
import type { OverlayOptions } from '../../native/overlay.js';
import type { Change, StagedLayer, StorageDriver } from './driver.js';
import { overlayChanges } from './overlay-changes.js';
import { packTree } from './pack.js';

/** The mounting that the driver needs, as `native` offers it. */
export interface OverlayMounts {
  mountOverlay(options: OverlayOptions): void;
  umountAsync(target: string): Promise<void>;
  /** Whether something is mounted on the folder, in this process' namespace. No folder, no mount. */
  isMounted(target: string): boolean;
}

/*
 * <root>/<id>/diff           a layer's files, or what a container has changed
 * <root>/<id>/skeleton.gz    layers: how to make the same tar again
 * <root>/<id>/work, merged   containers: overlay's work folder, the mount point
 * <root>/<id>/lower          containers: empty, stands in for an image that isn't there
 * <root>/<id>.new            a layer that is still being unpacked
 * <root>/<id>.old            being removed
 */
const unfinished = '.new';
const doomed = '.old';

/** Layers as folders, joined by the kernel's overlay file system. */
export class Overlay2 implements StorageDriver {
  readonly name = 'overlay2';
  readonly #root: string;
  readonly #mounts: OverlayMounts;

  /** `root` is the driver's own folder, `<data-root>/overlay2`; made if missing. */
  constructor({ root, mounts }: { readonly root: string; readonly mounts: OverlayMounts }) {
    // Searchable, so that a container's root can be reached under a user namespace.
    mkdirSync(root, { recursive: true, mode: 0o711 });
    // As the kernel lists it.
    this.#root = realpathSync(root);
    this.#mounts = mounts;
  }

  async check(): Promise<void> {
    const id = 'check';
    try {
      await this.remove(id);
      await this.create(id);
      mkdirSync(join(this.mount(id, []), 'made'));
      await this.unmount(id);
    } catch (cause) {
      throw new Unavailable(
        `overlay2 can't be used in ${this.#root}: the kernel needs the overlay file system, and the folder a file system that can be its upper layer (ext4, xfs with ftype=1, btrfs, tmpfs; not overlay itself)`,
        { cause },
      );
    } finally {
      await this.remove(id);
    }
  }

  async stage(id: string): Promise<StagedLayer> {
    const folder = this.#folder(id) + unfinished;
    await rm(folder, { recursive: true, force: true });
    await mkdir(join(folder, 'diff'), { recursive: true, mode: 0o755 });
    return inside(folder);
  }

  async commit(id: string): Promise<void> {
    await rename(this.#folder(id) + unfinished, this.#folder(id));
  }

  layer(id: string): StagedLayer {
    return inside(this.#folder(id));
  }

  async create(id: string): Promise<void> {
    const folder = this.#folder(id);
    for (const part of ['diff', 'work', 'merged', 'lower'])
      await mkdir(join(folder, part), { recursive: true, mode: part === 'work' ? 0o700 : 0o755 });
  }

  mount(id: string, parents: readonly string[]): string {
    const folder = this.#folder(id);
    const target = join(folder, 'merged');
    if (this.#mounted(id)) return target;
    this.#mounts.mountOverlay({
      lower: this.#lowers(id, parents),
      upper: join(folder, 'diff'),
      work: this.#cleanWork(folder),
      target,
    });
    return target;
  }

  async unmount(id: string): Promise<void> {
    const target = join(this.#folder(id), 'merged');
    // What was mounted twice, by whatever accident, is unmounted twice.
    while (this.#mounted(id)) await this.#mounts.umountAsync(target);
  }

  async remove(id: string): Promise<void> {
    const folder = this.#folder(id);
    await this.unmount(id);
    // The rename makes it vanish in one step; a kill during the slow part leaves a name that says so.
    if (existsSync(folder)) {
      await rm(folder + doomed, { recursive: true, force: true });
      await rename(folder, folder + doomed);
    }
    for (const ending of [doomed, unfinished])
      await rm(folder + ending, { recursive: true, force: true });
  }

  async list(): Promise<string[]> {
    const names = await readdir(this.#root);
    return [...new Set(names.map((name) => name.replace(/\.(new|old)$/, '')))];
  }

  has(id: string): boolean {
    return existsSync(join(this.#folder(id), 'diff'));
  }

  async changes(id: string, parents: readonly string[]): Promise<Change[]> {
    return await overlayChanges(join(this.#folder(id), 'diff'), this.#lowers(id, parents));
  }

  changesTar(id: string): Readable {
    return packTree(join(this.#folder(id), 'diff'), { whiteouts: true });
  }

  describe(id: string, parents: readonly string[]): Readonly<Record<string, string>> {
    const folder = this.#folder(id);
    const lowers = parents.map((parent) => join(this.#folder(parent), 'diff'));
    return {
      ...(lowers.length === 0 ? {} : { LowerDir: lowers.join(':') }),
      MergedDir: join(folder, 'merged'),
      UpperDir: join(folder, 'diff'),
      WorkDir: join(folder, 'work'),
    };
  }

  /** Overlay wants at least one lower folder. */
  #lowers(id: string, parents: readonly string[]): string[] {
    const lowers = parents.map((parent) => join(this.#folder(parent), 'diff'));
    return lowers.length === 0 ? [join(this.#folder(id), 'lower')] : lowers;
  }

  /** A work folder without what a crash left in it: some of that would make the kernel refuse the mount. */
  #cleanWork(folder: string): string {
    const work = join(folder, 'work');
    // `incompat/volatile` is the one that does: left by a volatile mount that was not unmounted.
    rmSync(join(work, 'incompat'), { recursive: true, force: true });
    rmSync(join(work, 'work', 'incompat'), { recursive: true, force: true });
    mkdirSync(work, { recursive: true, mode: 0o700 });
    return work;
  }

  #mounted(id: string): boolean {
    return this.#mounts.isMounted(join(this.#folder(id), 'merged'));
  }

  #folder(id: string): string {
    if (!/^[A-Za-z0-9_-]+$/.test(id))
      throw new InvalidParameter(`${JSON.stringify(id)} can't name a layer`);
    return join(this.#root, id);
  }
}

function inside(folder: string): StagedLayer {
  return { files: join(folder, 'diff'), skeleton: join(folder, 'skeleton.gz') };
}
