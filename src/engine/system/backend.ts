import type { SystemBackend } from '../../api/server/backend.js';
import type { EventMessage, Filters } from '../../api/types/system.js';
import type { Clock } from '../../base/clock.js';
import type { EventBus } from '../events.js';
import { DiskUsage, type DiskUsers } from './disk-usage.js';
import type { DaemonFacts } from './facts.js';
import { systemInfo } from './info.js';
import { systemVersion } from './version.js';

/** Version, info, events and disk usage for the API. */
export class SystemService implements SystemBackend {
  readonly #facts: DaemonFacts;
  readonly #counts: DiskUsers;
  readonly #events: EventBus;
  readonly #clock: Clock;
  readonly #diskUsage: DiskUsage;

  constructor(parts: { facts: DaemonFacts; counts: DiskUsers; events: EventBus; clock: Clock }) {
    this.#facts = parts.facts;
    this.#counts = parts.counts;
    this.#events = parts.events;
    this.#clock = parts.clock;
    this.#diskUsage = new DiskUsage(parts.counts);
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

  diskUsage(types: readonly string[]): Promise<object> {
    return this.#diskUsage.of(types);
  }
}
