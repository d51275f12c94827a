import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidParameter } from '../../base/errors.js';
import type { LayerFiles } from './driver.js';

/*
 * <root>/<id>         a layer, read-only or writable
 * <root>/<id>.new     one that is not complete yet
 * <root>/<id>.old     being removed
 */
const unfinished = '.new';
const doomed = '.old';

/** How a driver's folder is to be treated. */
export interface LayerFoldersOptions {
  /** `<data-root>/<driver>`; made if missing. */
  readonly root: string;
  /** The part of a layer's folder that holds its files. */
  readonly files: string;
  /** Removes what `rm` can't, before it comes. */
  readonly clear?: (folder: string) => Promise<void>;
}

/**
 * One folder for each layer. Renames make it appear and vanish in one step; the name of one that a kill left
 * half-way says so.
 */
export class LayerFolders {
  readonly root: string;
  readonly #options: LayerFoldersOptions;

  constructor(options: LayerFoldersOptions) {
    // Searchable, so that a container's root can be reached under a user namespace.
    mkdirSync(options.root, { recursive: true, mode: 0o711 });
    // As the kernel lists it.
    this.root = realpathSync(options.root);
    this.#options = options;
  }

  /** Where the complete layer is. @throws InvalidParameter for what is no id */
  path(id: string): string {
    if (!/^[A-Za-z0-9_-]+$/.test(id))
      throw new InvalidParameter(`${JSON.stringify(id)} can't name a layer`);
    return join(this.root, id);
  }

  /** An empty folder for a layer that doesn't count until it is finished. */
  async begin(id: string): Promise<string> {
    const folder = this.path(id) + unfinished;
    await this.#clear(folder);
    await mkdir(folder, { mode: 0o711 });
    return folder;
  }

  /** The layer is complete. */
  async finish(id: string): Promise<void> {
    await rename(this.path(id) + unfinished, this.path(id));
  }

  /** Removes it in any state; one that is gone is fine. */
  async remove(id: string): Promise<void> {
    const folder = this.path(id);
    await this.#clear(folder + doomed);
    if (existsSync(folder)) await rename(folder, folder + doomed);
    for (const ending of [doomed, unfinished]) await this.#clear(folder + ending);
  }

  /** The ids of all layers in any state. */
  async list(): Promise<string[]> {
    const names = await readdir(this.root);
    return [...new Set(names.map((name) => name.replace(/\.(new|old)$/, '')))];
  }

  has(id: string): boolean {
    return existsSync(join(this.path(id), this.#options.files));
  }

  /** The files of the layer in `folder`. */
  filesOf(folder: string): LayerFiles {
    return { files: join(folder, this.#options.files), skeleton: join(folder, 'skeleton.gz') };
  }

  async #clear(folder: string): Promise<void> {
    if (!existsSync(folder)) return;
    await this.#options.clear?.(folder);
    await rm(folder, { recursive: true, force: true });
  }
}
