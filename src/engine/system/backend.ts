import type { SystemBackend } from '../../api/server/backend.js';
import type { ContainerSummary } from '../../api/types/container.js';
import type { EventMessage, Filters } from '../../api/types/system.js';
import type { Clock } from '../../base/clock.js';
import type { EventBus } from '../events.js';
import type { DaemonFacts } from './facts.js';
import { systemInfo } from './info.js';
import { systemVersion } from './version.js';

/** Counts that `info` and `df` show. */
export interface SystemCounts {
  containers(query: { size: boolean }): Promise<readonly ContainerSummary[]>;
  images(): Promise<readonly { readonly Id: string; readonly Size: number }[]>;
  /** With their sizes. */
  volumes(): Promise<readonly object[]>;
}

/** Version, info, events and disk usage for the API. */
export class SystemService implements SystemBackend {
  readonly #facts: DaemonFacts;
  readonly #counts: SystemCounts;
  readonly #events: EventBus;
  readonly #clock: Clock;

  constructor(parts: { facts: DaemonFacts; counts: SystemCounts; events: EventBus; clock: Clock }) {
    this.#facts = parts.facts;
    this.#counts = parts.counts;
    this.#events = parts.events;
    this.#clock = parts.clock;
  }

  async version(): Promise<object> {
    return systemVersion(this.#facts);
  }

  async info(): Promise<object> {
    const [containers, images] = await Promise.all([
      this.#counts.containers({ size: false }),
      this.#counts.images(),
    ]);
    const eventListeners = this.#events.listeners;
    return systemInfo(
      this.#facts,
      { containers, images: images.length, eventListeners },
      this.#clock,
    );
  }

  events(query: {
    since?: number;
    until?: number;
    filters: Filters;
    signal: AbortSignal;
  }): AsyncIterable<EventMessage> {
    return this.#events.stream(query);
  }

  /** Layers that images share are counted once for each of them. */
  async diskUsage(): Promise<object> {
    const containers = await this.#counts.containers({ size: true });
    const images = (await this.#counts.images()).map((image) => ({
      ...image,
      SharedSize: 0,
      Containers: containers.filter((container) => container.ImageID === image.Id).length,
    }));
    return {
      LayersSize: images.reduce((sum, { Size }) => sum + Size, 0),
      Images: images,
      Containers: containers,
      Volumes: await this.#counts.volumes(),
      BuildCache: [],
    };
  }
}
