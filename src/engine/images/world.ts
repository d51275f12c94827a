import type { Clock } from '../../base/clock.js';
import type { KeyedMutex } from '../../base/mutex.js';
import type { ChainId, Digest } from '../storage/digest.js';
import type { Extractor } from '../storage/extract/extract.js';
import type { LayerHold } from '../storage/layer-hold.js';
import type { LayerStore } from '../storage/layer-store.js';
import type { LayerRecord } from '../storage/records.js';
import type { GraphDriver } from '../storage/rootfs.js';
import type { ImageStore } from './store.js';

/** The part of storage that images need. */
export interface ImageStorage {
  readonly layers: Pick<LayerStore, 'add' | 'all' | 'get' | 'hold' | 'sizeOf' | 'tar'>;
  /** Removes layers that neither these chains nor containers use. */
  collect(imageChains: () => Iterable<ChainId>): Promise<LayerRecord[]>;
  describe(chainId: ChainId | undefined): GraphDriver;
}

/** A container that was made from an image. */
export interface ImageUser {
  readonly containerId: string;
  readonly running: boolean;
}

/** Who knows which containers use an image. */
export interface ImageUsers {
  usersOf(imageId: Digest): readonly ImageUser[];
}

/** Something happened to an image (Docker: GET /events, type `image`). */
export interface ImageEvent {
  readonly action: 'delete' | 'import' | 'load' | 'prune' | 'save' | 'tag' | 'untag';
  /** The actor: an image id; empty for `prune`. */
  readonly id: string;
  /** The actor's attributes: its labels, and `name` where one was used. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** What to run images for: the words of Go, as image configurations have them. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
}

/** What the operations on images work with. */
export interface ImageWorld {
  readonly store: ImageStore;
  readonly storage: ImageStorage;
  readonly users: ImageUsers;
  readonly extractor: Extractor;
  readonly clock: Clock;
  readonly emit: (event: ImageEvent) => void;
  /** A folder for archives while they are read, on the disk of the data root. */
  readonly scratch: string;
  readonly platform: Platform;
  /** Changes of names and images happen one at a time, under the key `images`. */
  readonly changes: KeyedMutex;
  /** What keeps layers of images whose records could not be read, until images are pruned. */
  readonly kept: Set<LayerHold>;
}
