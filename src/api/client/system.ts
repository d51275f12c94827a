import type { ApiClient } from './client.js';
import { type Json, parseJson } from './json.js';
import { lines } from './lines.js';
import type { QueryValues } from './query.js';

/** Docker Engine API, tag `System`. */
export class System {
  readonly #api: ApiClient;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  version(): Promise<Json> {
    return this.#api.exact('GET', '/version');
  }

  info(): Promise<Json> {
    return this.#api.exact('GET', '/info');
  }

  diskUsage<T>(): Promise<T> {
    return this.#api.json<T>('GET', '/system/df');
  }

  /** Events as they come; times in nanoseconds are exact. */
  async *events(query: QueryValues): AsyncGenerator<Json> {
    const response = await this.#api.stream('GET', '/events', { query });
    for await (const line of lines(response.body)) yield parseJson(line);
  }
}
