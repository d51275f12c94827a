import { chown } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { Unavailable } from '../../../../base/errors.js';
import { type IdMaps, remappedRoot } from '../../../../base/id-mapping.js';
import { syncFileSystem } from '../../../../native/sync.js';
import { backingFileSystem } from '../../backing.js';
import type { Change, LayerFiles, StagedLayer, StorageDriver } from '../../driver.js';
import { LayerFolders } from '../../layer-folders.js';
import { packTree } from '../../pack.js';
import { changedSize, compareTrees } from './compare.js';
import type { Trees } from './trees.js';

/** Which kind of trees it is. */
export interface TreeDriverOptions {
  readonly name: string;
  /** The driver's own folder, `<data-root>/<name>`; made if missing. */
  readonly root: string;
  /** What users and groups of containers are on the disk. */
  readonly maps?: IdMaps | undefined;
  readonly trees: Trees;
}

/*
 * <root>/<id>/files          everything that the layer shows, those below included
 * <root>/<id>/skeleton.gz    layers: how to make the same tar again
 * <root>/<id>/empty          containers without image: what they are compared with
 */

/** Every layer is a whole file system, begun as a copy of the one below. */
export class TreeDriver implements StorageDriver {
  readonly name: string;
  readonly #trees: Trees;
  readonly #maps: IdMaps | undefined;
  readonly #folders: LayerFolders;

  constructor({ name, root, maps, trees }: TreeDriverOptions) {
    this.name = name;
    this.#maps = maps;
    this.#trees = trees;
    const clear = async (folder: string) => {
      for (const part of ['files', 'empty']) await trees.clear(join(folder, part));
    };
    this.#folders = new LayerFolders({ root, files: 'files', clear });
  }

  status(): readonly (readonly [string, string])[] {
    return [['Backing Filesystem', backingFileSystem(this.#folders.root)]];
  }

  async check(): Promise<void> {
    const ids = ['check-below', 'check'] as const;
    try {
      await this.#trees.check(this.#folders.root);
      for (const id of ids) await this.remove(id);
      await this.create(ids[0], []);
      await this.create(ids[1], [ids[0]]);
    } catch (cause) {
      throw new Unavailable(`${this.name} can't be used in ${this.#folders.root}`, { cause });
    } finally {
      for (const id of ids) await this.remove(id);
    }
  }

  async stage(id: string, parents: readonly string[]): Promise<StagedLayer> {
    const folder = await this.#folders.begin(id);
    await this.#fill(folder, parents);
    return { ...this.#folders.filesOf(folder), whiteouts: 'applied' };
  }

  async commit(id: string): Promise<void> {
    await this.#folders.finish(id);
  }

  layer(id: string): LayerFiles {
    return this.#folders.filesOf(this.#folders.path(id));
  }

  async create(id: string, parents: readonly string[]): Promise<void> {
    const folder = await this.#folders.begin(id);
    if (parents.length === 0) await this.#trees.make(join(folder, 'empty'));
    await this.#fill(folder, parents);
    await this.#folders.finish(id);
  }

  /** It is a plain folder: nothing is to be mounted. */
  mount(id: string): string {
    return this.layer(id).files;
  }

  async unmount(): Promise<void> {}

  async remove(id: string): Promise<void> {
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
    return await compareTrees(this.#below(id, parents), this.layer(id).files);
  }

  changesTar(id: string, parents: readonly string[]): Readable {
    const changes = () => this.changes(id, parents);
    return packTree(this.layer(id).files, { changes, maps: this.#maps });
  }

  async changesSize(id: string, parents: readonly string[]): Promise<number> {
    return await changedSize(this.layer(id).files, await this.changes(id, parents));
  }

  describe(): null {
    return null;
  }

  async #fill(folder: string, [below]: readonly string[]): Promise<void> {
    const { files } = this.#folders.filesOf(folder);
    if (below !== undefined) return await this.#trees.copy(this.layer(below).files, files);
    await this.#trees.make(files);
    const owner = remappedRoot(this.#maps);
    if (owner) await chown(files, owner.uid, owner.gid);
  }

  #below(id: string, [below]: readonly string[]): string {
    return below === undefined ? join(this.#folders.path(id), 'empty') : this.layer(below).files;
  }
}
