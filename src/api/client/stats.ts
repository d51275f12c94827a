import type { ContainerStats } from '../types/stats.js';
import type { EventMessage } from '../types/system.js';
import type { ApiClient } from './client.js';
import { lines } from './lines.js';
import { encodeFilters } from './query.js';

/** Docker Engine API: `ContainerStats`. */
export class Stats {
  readonly #api: ApiClient;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  /** One sample with the one before it, or with `stream` one a second until it is closed. */
  async *of(ref: string, stream: boolean): AsyncGenerator<ContainerStats> {
    const path = `/containers/${encodeURIComponent(ref)}/stats`;
    const response = await this.#api.stream('GET', path, { query: { stream: stream ? '1' : '0' } });
    try {
      for await (const line of lines(response.body)) yield JSON.parse(line);
    } finally {
      response.close();
    }
  }

  /** What happens to containers from now on: `start`, `die`, ... */
  async *changes(): AsyncGenerator<{ readonly action: string; readonly id: string }> {
    const filters = encodeFilters([['type', 'container']]);
    const response = await this.#api.stream('GET', '/events', { query: { filters } });
    for await (const line of lines(response.body)) {
      const event: EventMessage = JSON.parse(line);
      yield { action: event.Action, id: event.Actor.ID };
    }
  }
}
