import { mkdirSync, rmSync } from 'node:fs';
import { chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { Unavailable } from '../../../../base/errors.js';
import { type IdMaps, remappedRoot } from '../../../../base/id-mapping.js';
import { syncFileSystem } from '../../../../native/sync.js';
import { backingFileSystem } from '../../backing.js';
import type { Change, LayerFiles, StagedLayer, StorageDriver } from '../../driver.js';
import { isInitLink } from '../../init-files.js';
import { LayerFolders } from '../../layer-folders.js';
import { packTree } from '../../pack.js';
import { sizeOfTree } from '../../size.js';
import { isOpaque, overlayChanges } from './changes.js';
import type { OverlayMounts } from './mounts.js';

/** Which overlay file system it is. */
export interface OverlayDriverOptions {
  /** `overlay2` for the kernel's, `fuse-overlayfs` for that program. */
  readonly name: string;
  /** The driver's own folder, `<data-root>/<name>`; made if missing. */
  readonly root: string;
  /** What users and groups of containers are on the disk. */
  readonly maps?: IdMaps | undefined;
  readonly mounts: OverlayMounts;
  /** What it takes to work, for the error if it doesn't. */
  readonly needs: string;
}

/*
 * <root>/<id>/diff           a layer's files, or what a container has changed
 * <root>/<id>/skeleton.gz    layers: how to make the same tar again
 * <root>/<id>/work, merged   containers: overlay's work folder, the mount point
 * <root>/<id>/lower          containers: empty, stands in for an image that isn't there
 */
const containerParts = [
  ['diff', 0o755],
  ['work', 0o700],
  ['merged', 0o755],
  ['lower', 0o755],
] as const;

/** Layers as folders of what each adds, joined by an overlay file system. */
export class OverlayDriver implements StorageDriver {
  readonly name: string;
  readonly #options: OverlayDriverOptions;
  readonly #folders: LayerFolders;

  constructor(options: OverlayDriverOptions) {
    this.name = options.name;
    this.#options = options;
    this.#folders = new LayerFolders({ root: options.root, files: 'diff' });
  }

  status(): readonly (readonly [string, string])[] {
    return [
      ['Backing Filesystem', backingFileSystem(this.#folders.root)],
      ['Supports d_type', 'true'],
      ['Using metacopy', 'false'],
      ['Native Overlay Diff', 'true'],
      ['userxattr', 'false'],
    ];
  }

  async check(): Promise<void> {
    const id = 'check';
    try {
      await this.remove(id);
      await this.create(id);
      mkdirSync(join(this.mount(id, []), 'made'));
      await this.unmount(id);
    } catch (cause) {
      const { name, needs } = this.#options;
      throw new Unavailable(`${name} can't be used in ${this.#folders.root}: ${needs}`, { cause });
    } finally {
      await this.remove(id);
    }
  }

  async stage(id: string): Promise<StagedLayer> {
    const folder = await this.#folders.begin(id);
    await this.#make(join(folder, 'diff'), 0o755);
    return { ...this.#folders.filesOf(folder), whiteouts: 'marks' };
  }

  async commit(id: string): Promise<void> {
    await this.#folders.finish(id);
  }

  layer(id: string): LayerFiles {
    return this.#folders.filesOf(this.#folders.path(id));
  }

  async create(id: string): Promise<void> {
    const folder = await this.#folders.begin(id);
    for (const [part, mode] of containerParts) await this.#make(join(folder, part), mode);
    await this.#folders.finish(id);
  }

  mount(id: string, parents: readonly string[]): string {
    const folder = this.#folders.path(id);
    const target = join(folder, 'merged');
    if (this.#mounted(id)) return target;
    this.#options.mounts.mountOverlay({
      lower: this.#lowers(id, parents),
      upper: join(folder, 'diff'),
      work: this.#cleanWork(folder),
      target,
    });
    return target;
  }

  async unmount(id: string): Promise<void> {
    const target = join(this.#folders.path(id), 'merged');
    // What was mounted twice, by whatever accident, is unmounted twice.
    while (this.#mounted(id)) await this.#options.mounts.umountAsync(target);
  }

  async remove(id: string): Promise<void> {
    await this.unmount(id);
    await this.#folders.remove(id);
  }

  async list(): Promise<string[]> {
    return await this.#folders.list();
  }

  has(id: string): boolean {
    return this.#folders.has(id);
  }

  async sync(): Promise<void> {
    await syncFileSystem(this.#folders.root);
  }

  async changes(id: string, parents: readonly string[]): Promise<Change[]> {
    return await overlayChanges(this.#upper(id), this.#lowers(id, parents));
  }

  changesTar(id: string): Readable {
    return packTree(this.#upper(id), { whiteouts: true, maps: this.#options.maps });
  }

  async changesSize(id: string): Promise<number> {
    return await sizeOfTree(this.#upper(id), isInitLink);
  }

  describe(id: string, parents: readonly string[]): Readonly<Record<string, string>> {
    const folder = this.#folders.path(id);
    const lowers = parents.map((parent) => this.#upper(parent));
    return {
      ...(lowers.length === 0 ? {} : { LowerDir: lowers.join(':') }),
      MergedDir: join(folder, 'merged'),
      UpperDir: join(folder, 'diff'),
      WorkDir: join(folder, 'work'),
    };
  }

  /** A part of a layer's folder; containers see the owner of some. */
  async #make(path: string, mode: number): Promise<void> {
    await mkdir(path, { mode });
    const owner = remappedRoot(this.#options.maps);
    if (owner) await chown(path, owner.uid, owner.gid);
  }

  #upper(id: string): string {
    return join(this.#folders.path(id), 'diff');
  }

  /**
   * Overlay wants at least one lower folder. It does not look whether the root of one is opaque: what such a layer hides
   * is left out here.
   */
  #lowers(id: string, parents: readonly string[]): string[] {
    const lowers = parents.map((parent) => this.#upper(parent));
    if (lowers.length === 0) return [join(this.#folders.path(id), 'lower')];
    const hides = lowers.findIndex(isOpaque);
    return hides < 0 ? lowers : lowers.slice(0, hides + 1);
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
    return this.#options.mounts.isMounted(join(this.#folders.path(id), 'merged'));
  }
}
