import type { ContainerSummary } from '../../api/types/container.js';
import { InvalidParameter } from '../../base/errors.js';

/** A layer of an image. Chain ids name it: equal ones are one layer on disk. */
export interface UsedLayer {
  readonly chainId: string;
  /** Bytes. */
  readonly size: number;
}

/** What lies on disk, as its owners tell it. */
export interface DiskUsers {
  /** All, if `size` with the sizes of what they have written. */
  containers(query: { size: boolean }): Promise<readonly ContainerSummary[]>;
  images(): Promise<readonly ImageSize[]>;
  /** The layers of an image; none for one that is gone meanwhile. */
  layersOf(imageId: string): readonly UsedLayer[];
  /** With their sizes. */
  volumes(): Promise<readonly object[]>;
}

/** The part of an image's summary that counts here. */
export interface ImageSize {
  readonly Id: string;
  readonly Size: number;
}

/** Docker API: `type` of `GET /system/df`. */
const types = ['container', 'image', 'volume', 'build-cache'] as const;
type DiskUsageType = (typeof types)[number];

/**
 * What takes place on the disk (Docker API: `GET /system/df`). Layers have known sizes; who asks while another is
 * being answered about the same has that answer, for the files of containers and volumes must be looked at one by one.
 */
export class DiskUsage {
  readonly #users: DiskUsers;
  readonly #running = new Map<string, Promise<object>>();

  constructor(users: DiskUsers) {
    this.#users = users;
  }

  /** Of the types that are named, all for none. @throws InvalidParameter for an unknown one */
  async of(wanted: readonly string[] = []): Promise<object> {
    for (const type of wanted) {
      if (!types.some((known) => known === type))
        throw new InvalidParameter(`unknown object type: ${type}`);
    }
    const asked = types.filter((type) => wanted.length === 0 || wanted.includes(type));
    const key = asked.join();
    const running = this.#running.get(key) ?? this.#look(new Set(asked));
    this.#running.set(key, running);
    try {
      return await running;
    } finally {
      if (this.#running.get(key) === running) this.#running.delete(key);
    }
  }

  async #look(asked: ReadonlySet<DiskUsageType>): Promise<object> {
    const unless = <T>(type: DiskUsageType, look: () => Promise<T>) =>
      asked.has(type) ? look() : null;
    const [containers, images, volumes] = await Promise.all([
      unless('container', () => this.#users.containers({ size: true })),
      unless('image', () => this.#images()),
      unless('volume', () => this.#users.volumes()),
    ]);
    return {
      LayersSize: images?.layersSize ?? 0,
      Images: images?.list ?? null,
      Containers: containers,
      Volumes: volumes,
      BuildCache: asked.has('build-cache') ? [] : null,
    };
  }

  async #images(): Promise<{ layersSize: number; list: readonly object[] }> {
    const images = await this.#users.images();
    const containers = await this.#users.containers({ size: false });
    const layers = new Map(images.map(({ Id }) => [Id, this.#users.layersOf(Id)]));
    const shared = sharedLayers([...layers.values()]);
    return {
      layersSize: sumOf(once([...layers.values()].flat())),
      list: images.map((image) => ({
        ...image,
        SharedSize: sumOf(
          (layers.get(image.Id) ?? []).filter(({ chainId }) => shared.has(chainId)),
        ),
        Containers: containers.filter(({ ImageID }) => ImageID === image.Id).length,
      })),
    };
  }
}

/** The chain ids of layers that more than one image has. */
function sharedLayers(images: readonly (readonly UsedLayer[])[]): Set<string> {
  const users = new Map<string, number>();
  for (const { chainId } of images.flat()) users.set(chainId, (users.get(chainId) ?? 0) + 1);
  return new Set([...users].filter(([, count]) => count > 1).map(([chainId]) => chainId));
}

function once(layers: readonly UsedLayer[]): UsedLayer[] {
  return [...new Map(layers.map((layer) => [layer.chainId, layer])).values()];
}

function sumOf(layers: readonly UsedLayer[]): number {
  return layers.reduce((sum, { size }) => sum + size, 0);
}
