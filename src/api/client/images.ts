import type { ImageDeleted, ImagesPruned } from '../types/system.js';
import type { ApiClient } from './client.js';
import type { Incoming } from './exchange.js';
import { lines } from './lines.js';
import type { QueryValues } from './query.js';

/** Docker API: `ImageSummary`, as far as listings show it. */
export interface ImageSummary {
  readonly Id: string;
  readonly RepoTags: readonly string[] | null;
  readonly RepoDigests: readonly string[] | null;
  /** Seconds since the epoch. */
  readonly Created: number;
  readonly Size: number;
  readonly SharedSize: number;
  readonly Containers: number;
}

/** Docker API: `HistoryResponseItem`. */
export interface ImageHistory {
  readonly Id: string;
  readonly Created: number;
  readonly CreatedBy: string;
  readonly Size: number;
  readonly Comment: string;
}

/** A message of a pull, import or load. */
export interface Progress {
  readonly status?: string;
  readonly stream?: string;
  readonly id?: string;
  readonly progress?: string;
  readonly errorDetail?: { readonly message?: string };
}

/** Docker Engine API, tag `Image`. Names keep their slashes in the path. */
export class Images {
  readonly #api: ApiClient;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  list(query: QueryValues): Promise<ImageSummary[]> {
    return this.#api.json('GET', '/images/json', { query });
  }

  history(ref: string): Promise<ImageHistory[]> {
    return this.#api.json('GET', `/images/${encodeURI(ref)}/history`);
  }

  async tag(ref: string, repo: string, tag: string): Promise<void> {
    await this.#api.text('POST', `/images/${encodeURI(ref)}/tag`, { query: { repo, tag } });
  }

  remove(ref: string, query: QueryValues): Promise<ImageDeleted[]> {
    return this.#api.json('DELETE', `/images/${encodeURI(ref)}`, { query });
  }

  prune(filters: string): Promise<ImagesPruned> {
    return this.#api.json('POST', '/images/prune', { query: { filters } });
  }

  save(names: readonly string[]): Promise<Incoming> {
    return this.#api.stream('GET', '/images/get', { query: { names } });
  }

  /** Pull (`fromImage`) or import (`fromSrc`), told message by message. */
  create(query: QueryValues, upload?: AsyncIterable<Uint8Array>): AsyncIterable<Progress> {
    return this.#progress('/images/create', query, upload);
  }

  load(query: QueryValues, upload: AsyncIterable<Uint8Array>): AsyncIterable<Progress> {
    return this.#progress('/images/load', query, upload);
  }

  async *#progress(
    path: string,
    query: QueryValues,
    upload: AsyncIterable<Uint8Array> | undefined,
  ): AsyncGenerator<Progress> {
    const response = await this.#api.stream('POST', path, { query, ...(upload && { upload }) });
    for await (const line of lines(response.body)) yield JSON.parse(line);
  }
}
