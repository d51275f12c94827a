import type { PathStat } from '../types/archive.js';
import type { ApiClient } from './client.js';
import type { Incoming } from './exchange.js';

/** The header that tells of a file, its name in lower case. */
const statHeader = 'x-docker-container-path-stat';

/** Docker Engine API: files of containers. `ref`: a name, an id, or the start of one. */
export class Archives {
  readonly #api: ApiClient;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  async stat(ref: string, path: string): Promise<PathStat> {
    const answer = await this.#api.stream('HEAD', pathOf(ref), { query: { path } });
    answer.close();
    return statOf(answer);
  }

  /** A thing and all below it as a tar. */
  async get(ref: string, path: string): Promise<{ stat: PathStat; answer: Incoming }> {
    const answer = await this.#api.stream('GET', pathOf(ref), { query: { path } });
    return { stat: statOf(answer), answer };
  }

  /** Unpacks a tar into a folder. A folder is not replaced by something else, nor the other way round. */
  async put(
    ref: string,
    path: string,
    { upload, copyUIDGID }: { upload: AsyncIterable<Uint8Array>; copyUIDGID: boolean },
  ): Promise<void> {
    const query = { path, noOverwriteDirNonDir: true, ...(copyUIDGID && { copyUIDGID }) };
    await this.#api.text('PUT', pathOf(ref), { query, upload });
  }
}

function pathOf(ref: string): string {
  return `/containers/${encodeURIComponent(ref)}/archive`;
}

function statOf({ headers }: Incoming): PathStat {
  const text = headers[statHeader];
  if (text === undefined) throw new Error('the daemon tells nothing of the file');
  return JSON.parse(Buffer.from(text, 'base64').toString());
}
