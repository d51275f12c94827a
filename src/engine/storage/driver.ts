import type { Readable } from 'node:stream';

/** One path that a container has changed (Docker: GET /containers/{id}/changes). */
export interface Change {
  readonly Path: string;
  /** 0 modified, 1 added, 2 deleted. */
  readonly Kind: 0 | 1 | 2;
}

/**
 * How layers lie on disk and become one file system. Layers and containers have ids of one name space,
 * 64 hex digits; the driver knows nothing of images. `parents` are layer ids, topmost first.
 */
export interface StorageDriver {
  /** As `docker info` shows it and as its folder is called, e.g. `overlay2`. */
  readonly name: string;
  /** Checks by trying that it works here. @throws Unavailable saying why not */
  check(): Promise<void>;

  /** Begins the layer `id`; answers where to unpack it and its skeleton. Nothing counts until {@link commit}. */
  stage(id: string, parents: readonly string[]): Promise<StagedLayer>;
  /** The layer `id` is complete. */
  commit(id: string): Promise<void>;
  /** The complete layer's own files and its skeleton. */
  layer(id: string): StagedLayer;

  /** Makes an empty writable layer `id`. */
  create(id: string): Promise<void>;
  /** Mounts the writable layer on its parents and answers where; one that is mounted already stays. */
  mount(id: string, parents: readonly string[]): string;
  /** Unmounts it; one that isn't mounted is fine. */
  unmount(id: string): Promise<void>;
  /** Removes a layer of any state, unmounting it first; one that is gone is fine. */
  remove(id: string): Promise<void>;

  /** The ids of all layers, finished, unfinished and writable. */
  list(): Promise<string[]>;
  /** Whether a layer, read-only or writable, is there and complete. */
  has(id: string): boolean;
  /** What the writable layer changes, by path. */
  changes(id: string, parents: readonly string[]): Promise<Change[]>;
  /** The same as a layer tar with `.wh.` entries, as a new layer of an image would have it. */
  changesTar(id: string, parents: readonly string[]): Readable;
  /** What `docker inspect` shows as GraphDriver.Data. */
  describe(id: string, parents: readonly string[]): Readonly<Record<string, string>>;
}

/** Where a layer's files and the skeleton of its tar are. */
export interface StagedLayer {
  readonly files: string;
  readonly skeleton: string;
}
