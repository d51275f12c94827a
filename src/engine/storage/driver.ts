import type { Readable } from 'node:stream';
import type { WhiteoutKind } from './extract/whiteouts.js';

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
  /** Pairs for `docker info`, e.g. `Backing Filesystem`, `extfs`. */
  status(): readonly (readonly [name: string, value: string])[];
  /** Checks by trying that it works here, and leaves nothing behind. @throws Unavailable saying why not */
  check(): Promise<void>;

  /** Begins the layer `id`; answers where and how to unpack it. Nothing counts until {@link commit}. */
  stage(id: string, parents: readonly string[]): Promise<StagedLayer>;
  /** The layer `id` is complete. */
  commit(id: string): Promise<void>;
  /** The complete layer's files and its skeleton. */
  layer(id: string): LayerFiles;

  /** Makes the writable layer `id`, in which nothing is changed yet. */
  create(id: string, parents: readonly string[]): Promise<void>;
  /** Makes all files of a writable layer reachable and answers where; done already is fine. */
  mount(id: string, parents: readonly string[]): string;
  /** The reverse; one that isn't mounted is fine. */
  unmount(id: string): Promise<void>;
  /** Removes a layer of any state, unmounting it first; one that is gone is fine. */
  remove(id: string): Promise<void>;

  /** The ids of all layers, finished, unfinished and writable. */
  list(): Promise<string[]>;
  /** Whether a layer, read-only or writable, is there and complete. */
  has(id: string): boolean;
  /** Waits until all that was written to layers so far is safe on disk. */
  sync(): Promise<void>;

  /** What the writable layer changes, by path. */
  changes(id: string, parents: readonly string[]): Promise<Change[]>;
  /** The same as a layer tar with `.wh.` entries, as a new layer of an image would have it. */
  changesTar(id: string, parents: readonly string[]): Readable;
  /** Bytes in the files that the writable layer adds or changes (Docker: `SizeRw`). */
  changesSize(id: string, parents: readonly string[]): Promise<number>;
  /** What `docker inspect` shows as GraphDriver.Data; null for a driver that has nothing to tell. */
  describe(id: string, parents: readonly string[]): Readonly<Record<string, string>> | null;
}

/** Where a layer's files and the skeleton of its tar are. Other layers' files may be among them. */
export interface LayerFiles {
  readonly files: string;
  readonly skeleton: string;
}

/** A layer that is being unpacked. */
export interface StagedLayer extends LayerFiles {
  /** What is to become of `.wh.` entries here. */
  readonly whiteouts: WhiteoutKind;
}
