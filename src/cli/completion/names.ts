import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from '../../api/client/client.js';
import { Containers } from '../../api/client/containers.js';
import { Images } from '../../api/client/images.js';
import { Networks } from '../../api/client/networks.js';
import type { Names } from './suggest.js';
import type { NameKind } from './wanted.js';

/** Nobody waits longer for a word. */
const patienceMs = 2_000;

type Ask = (api: ApiClient, states: readonly string[]) => Promise<readonly string[]>;

const asking: Readonly<Record<Exclude<NameKind, 'contexts'>, Ask>> = {
  async containers(api, states) {
    const filters = states.length > 0 ? JSON.stringify({ status: states }) : undefined;
    const all = await new Containers(api).list({ all: true, filters });
    // A linked container goes by the names that others have for it, too: /web/db.
    const own = all.flatMap(({ Names }) => Names.filter((name) => name.lastIndexOf('/') === 0));
    return own.map((name) => name.slice(1));
  },
  async images(api) {
    const all = await new Images(api).list({});
    return all.flatMap(({ RepoTags }) => RepoTags ?? []).filter((tag) => !tag.includes('<none>'));
  },
  async networks(api) {
    return (await new Networks(api).list('{}')).map(({ Name }) => Name);
  },
  async volumes(api) {
    const { Volumes } = await api.json<{ Volumes: { Name: string }[] | null }>('GET', '/volumes');
    return (Volumes ?? []).map(({ Name }) => Name);
  },
};

/** Names as the daemon knows them; none if it can't be asked. */
export function namesOf(api: ApiClient, contexts: () => Promise<readonly string[]>): Names {
  return {
    of(kind, states) {
      const answer = kind === 'contexts' ? contexts() : asking[kind](api, states);
      const late = delay(patienceMs, [] as readonly string[], { ref: false });
      return Promise.race([answer.catch(() => []), late]);
    },
  };
}
