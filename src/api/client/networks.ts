import type { NetworkCreated, NetworkInspect } from '../types/network.js';
import type { PlannedStepView } from '../types/plan.js';
import type { NetworksPruned } from '../types/system.js';
import type { ApiClient } from './client.js';

/** Docker Engine API, tag `Network`. */
export class Networks {
  readonly #api: ApiClient;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  list(filters: string): Promise<NetworkInspect[]> {
    return this.#api.json('GET', '/networks', { query: { filters } });
  }

  create(body: object): Promise<NetworkCreated> {
    return this.#api.json('POST', '/networks/create', { body });
  }

  async connect(ref: string, body: object): Promise<void> {
    await this.#api.text('POST', `${path(ref)}/connect`, { body });
  }

  /** What the same body given to {@link create} would do to the kernel. Not part of Docker's API. */
  planCreate(body: object): Promise<PlannedStepView[]> {
    return this.#api.json('POST', '/plan/networks/create', { body });
  }

  /** What the same body given to {@link connect} would do. */
  planConnect(ref: string, body: object): Promise<PlannedStepView[]> {
    return this.#api.json('POST', `/plan${path(ref)}/connect`, { body });
  }

  async disconnect(ref: string, body: object): Promise<void> {
    await this.#api.text('POST', `${path(ref)}/disconnect`, { body });
  }

  async remove(ref: string): Promise<void> {
    await this.#api.text('DELETE', path(ref));
  }

  prune(filters: string): Promise<NetworksPruned> {
    return this.#api.json('POST', '/networks/prune', { query: { filters } });
  }
}

function path(ref: string): string {
  return `/networks/${encodeURIComponent(ref)}`;
}
