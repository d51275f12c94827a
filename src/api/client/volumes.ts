import type { VolumeList, VolumesPruned, VolumeView } from '../types/volume.js';
import type { ApiClient } from './client.js';

/** Docker Engine API, tag `Volume`. */
export class Volumes {
  readonly #api: ApiClient;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  list(filters: string): Promise<VolumeList> {
    return this.#api.json('GET', '/volumes', { query: { filters } });
  }

  create(body: object): Promise<VolumeView> {
    return this.#api.json('POST', '/volumes/create', { body });
  }

  async remove(name: string, options: { force: boolean }): Promise<void> {
    await this.#api.text('DELETE', `/volumes/${encodeURIComponent(name)}`, {
      query: { force: options.force && '1' },
    });
  }

  prune(filters: string): Promise<VolumesPruned> {
    return this.#api.json('POST', '/volumes/prune', { query: { filters } });
  }
}
