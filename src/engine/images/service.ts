import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import { KeyedMutex } from '../../base/mutex.js';
import { DurableStore } from '../state/durable-store.js';
import { hexOf } from '../storage/digest.js';
import type { Extractor, TarSource } from '../storage/extract/extract.js';
import { type BusyboxImage, makeBusybox } from './busybox.js';
import { type CommitImage, commitImage } from './commit.js';
import type { ImageFilters } from './filters.js';
import { type HistoryItem, imageHistory } from './history.js';
import { type ImportImage, importImage } from './import.js';
import { type ImageInspect, inspectImage } from './inspect.js';
import { type ImageSummary, type ListImages, listImages } from './list.js';
import { type LoadImages, loadImages } from './load.js';
import { type PruneReport, pruneImages } from './prune.js';
import {
  decodeStoredImage,
  decodeStoredName,
  type StoredImage,
  type StoredName,
} from './records.js';
import { fullText } from './reference.js';
import { type RemovedItem, type RemoveImage, removeImage } from './remove.js';
import { saveImages } from './save.js';
import { type ImageRecord, ImageStore, type ImageStoreOptions } from './store.js';
import { tagImage } from './tag.js';
import type { ImageEvent, ImageStorage, ImageUsers, ImageWorld, Platform } from './world.js';

/** What the service works with. */
export interface ImageServiceOptions {
  readonly store: ImageStore;
  readonly storage: ImageStorage;
  readonly users: ImageUsers;
  readonly extractor: Extractor;
  readonly clock: Clock;
  readonly emit: (event: ImageEvent) => void;
  readonly logger: Logger;
  /** A folder for archives while they are read, e.g. `<data-root>/tmp/images`. Removed at every start: nothing else belongs there. */
  readonly scratch: string;
  /** A folder for records of images that lack layers, e.g. `<data-root>/image/set-aside`. */
  readonly aside: string;
  /** This machine's, see `platformOf`. */
  readonly platform: Platform;
}

/** Opens the durable records of a storage driver's images, below `<dataRoot>/image/<driver>`. */
export function openImageStore({
  dataRoot,
  driver,
  logger,
}: {
  dataRoot: string;
  driver: string;
  logger: Logger;
}): ImageStore {
  const images = new DurableStore<StoredImage>({
    folder: join(dataRoot, 'image', driver, 'images'),
    decode: decodeStoredImage,
    logger,
  });
  const options: ImageStoreOptions = {
    images,
    setAside: images.setAside,
    names: new DurableStore<StoredName>({
      folder: join(dataRoot, 'image', driver, 'names'),
      decode: decodeStoredName,
      logger,
    }),
  };
  return new ImageStore(options);
}

/** All operations on images, with answers as Docker's API has them. */
export class ImageService {
  readonly #world: ImageWorld;
  readonly #logger: Logger;
  readonly #aside: string;

  constructor({ logger, aside, ...world }: ImageServiceOptions) {
    this.#aside = aside;
    this.#world = { ...world, changes: new KeyedMutex(), kept: new Set() };
    this.#logger = logger;
  }

  /** Once at start, after storage has been reconciled: sets aside and forgets what a crash left without its other half. */
  async reconcile(): Promise<void> {
    const { store, storage, scratch } = this.#world;
    // Archives that were being read when the daemon was killed.
    await rm(scratch, { recursive: true, force: true });
    const complete = ({ chains }: ImageRecord) =>
      chains.every((chain) => storage.layers.get(chain) !== undefined);
    for (const image of store.all().filter((image) => !complete(image)))
      await this.#setAside(image);
    await store.dropNames();
    if (store.setAside.length > 0) this.#keepUnused();
    else await storage.collect(() => store.usedChains());
  }

  /** The record of an image is lost; that its layers are, too, is for the user to say. */
  #keepUnused(): void {
    const { store, storage, kept } = this.#world;
    const used = new Set(store.usedChains());
    const unused = storage.layers.all().filter(({ chainId }) => !used.has(chainId));
    if (unused.length === 0) return;
    const hold = storage.layers.hold();
    for (const { chainId } of unused) hold.keep(chainId);
    kept.add(hold);
    this.#logger.warn(
      'layers of no known image are kept while records of images are set aside: pruning images removes them',
      { layers: unused.map(({ chainId }) => chainId), images: store.setAside },
    );
  }

  /** Its record is kept where nobody takes it for an image. */
  async #setAside(image: ImageRecord): Promise<void> {
    const { store } = this.#world;
    const { id, config, parent } = image;
    const names = store.namesOf(id).map(fullText);
    const file = join(this.#aside, `${hexOf(id)}.json`);
    await mkdir(this.#aside, { recursive: true, mode: 0o700 });
    await writeFile(file, JSON.stringify({ id, names, parent, config }), { mode: 0o600 });
    await store.remove(id);
    this.#logger.error('an image lacks layers and was set aside: load or pull it again', {
      image: id,
      names,
      record: file,
    });
  }

  /** See {@link listImages}. */
  list(options: ListImages = {}): ImageSummary[] {
    return listImages(this.#world, options);
  }

  /** See {@link inspectImage}. */
  inspect(nameOrId: string): ImageInspect {
    return inspectImage(this.#world, nameOrId);
  }

  /** See {@link imageHistory}. */
  history(nameOrId: string): HistoryItem[] {
    return imageHistory(this.#world, nameOrId);
  }

  /** The image with its configuration and chain id. @throws NotFound `No such image: foo:latest` */
  resolve(nameOrId: string): ImageRecord {
    return this.#world.store.resolve(nameOrId);
  }

  /** See {@link tagImage}. */
  async tag(nameOrId: string, repo: string, tag?: string): Promise<void> {
    await tagImage(this.#world, nameOrId, repo, tag);
  }

  /** See {@link removeImage}. */
  async remove(nameOrId: string, options: RemoveImage = {}): Promise<RemovedItem[]> {
    return await removeImage(this.#world, nameOrId, options);
  }

  /** See {@link pruneImages}. */
  async prune(filters: ImageFilters = {}): Promise<PruneReport> {
    return await pruneImages(this.#world, filters);
  }

  /** See {@link importImage}. */
  async import(source: TarSource, options: ImportImage = {}): Promise<ImageRecord> {
    return await importImage(this.#world, source, options);
  }

  /** See {@link commitImage}. Answers the image's id and the name that it got. */
  async commit(
    commit: Omit<CommitImage, 'parent'> & { readonly parent: string },
  ): Promise<{ id: string; name: string }> {
    const parent = this.resolve(commit.parent).id;
    const { image, name } = await commitImage(this.#world, { ...commit, parent });
    return { id: image.id, name };
  }

  /** See {@link loadImages}. */
  async load(source: TarSource, options: LoadImages = {}): Promise<ImageRecord[]> {
    return await loadImages(this.#world, source, options);
  }

  /** See {@link saveImages}. */
  save(names: readonly string[]): Readable {
    return saveImages(this.#world, names);
  }

  /** See {@link makeBusybox}. */
  async busybox(options: BusyboxImage = {}): Promise<ImageRecord> {
    return await makeBusybox(this.#world, options);
  }
}
