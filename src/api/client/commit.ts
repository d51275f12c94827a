import type { ImageCommitted } from '../types/commit.js';
import type { ApiClient } from './client.js';
import type { QueryValues } from './query.js';

/** Makes an image of a container. Docker Engine API: `ImageCommit`. */
export async function commitContainer(api: ApiClient, query: QueryValues): Promise<ImageCommitted> {
  return await api.json('POST', '/commit', { query });
}
