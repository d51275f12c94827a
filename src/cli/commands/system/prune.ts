import type { ApiClient } from '../../../api/client/client.js';
import { Containers } from '../../../api/client/containers.js';
import { Images } from '../../../api/client/images.js';
import { Networks } from '../../../api/client/networks.js';
import { encodeFilters } from '../../../api/client/query.js';
import { Volumes } from '../../../api/client/volumes.js';
import { humanSize } from '../../../base/human.js';
import { command } from '../../command.js';
import { pruneFilters } from '../../connection/preferences.js';
import { Failure } from '../../failure.js';
import { deletedText } from '../../format/deleted.js';
import { filters, toggle } from '../../parse/flag.js';
import { confirm } from '../confirm.js';

interface Wish {
  readonly all: boolean;
  readonly volumes: boolean;
  readonly filter: readonly (readonly [string, string])[];
}

/** What one kind of object came to. */
interface Pruned {
  readonly title: string;
  readonly lines: readonly string[];
  readonly bytes: number;
}

export default command({
  usage: '[OPTIONS]',
  summary: 'Remove unused data',
  arity: { least: 0, most: 0 },
  flags: {
    all: toggle('Remove all unused images not just dangling ones', { short: 'a' }),
    filter: filters('Provide filter values (e.g. "label=<key>=<value>")', {}),
    force: toggle('Do not prompt for confirmation', { short: 'f' }),
    volumes: toggle('Prune anonymous volumes'),
  },
  async run(context, { flags: given }) {
    const { api, terminal } = context;
    const flags = { ...given, filter: pruneFilters(given.filter, context) };
    // The API's volumes can't be told by their age.
    if (flags.volumes && flags.filter.some(([key]) => key === 'until')) {
      throw new Failure('ERROR: The "until" filter is not supported with "--volumes"');
    }
    if (!flags.force && !(await confirm(terminal, warning(flags)))) return undefined;
    let reclaimed = 0;
    for (const prune of prunersOf(flags)) {
      const { title, lines, bytes } = await prune(api, flags);
      if (lines.length > 0) terminal.stdout.write(`Deleted ${title}:\n${lines.join('\n')}\n\n`);
      reclaimed += bytes;
    }
    terminal.stdout.write(`Total reclaimed space: ${humanSize(reclaimed, 4)}\n`);
    return undefined;
  },
});

type Prune = (api: ApiClient, wish: Wish) => Promise<Pruned>;

/** In Docker's order: what is pruned later may be used by what is pruned before. */
function prunersOf({ volumes }: Wish): readonly Prune[] {
  return [
    pruneContainers,
    ...(volumes ? [pruneVolumes] : []),
    pruneNetworks,
    pruneImages,
    pruneCache,
  ];
}

async function pruneContainers(api: ApiClient, { filter }: Wish): Promise<Pruned> {
  const answer = await new Containers(api).prune(encodeFilters(filter));
  return {
    title: 'Containers',
    lines: answer.ContainersDeleted ?? [],
    bytes: answer.SpaceReclaimed,
  };
}

async function pruneVolumes(api: ApiClient, { filter }: Wish): Promise<Pruned> {
  const answer = await new Volumes(api).prune(encodeFilters(filter));
  return { title: 'Volumes', lines: answer.VolumesDeleted ?? [], bytes: answer.SpaceReclaimed };
}

async function pruneNetworks(api: ApiClient, { filter }: Wish): Promise<Pruned> {
  const { NetworksDeleted } = await new Networks(api).prune(encodeFilters(filter));
  return { title: 'Networks', lines: NetworksDeleted ?? [], bytes: 0 };
}

async function pruneImages(api: ApiClient, { all, filter }: Wish): Promise<Pruned> {
  const wanted = encodeFilters([...filter, ['dangling', String(!all)]]);
  const answer = await new Images(api).prune(wanted);
  const lines = deletedText(answer.ImagesDeleted ?? [], ['untagged', 'deleted']);
  return {
    title: 'Images',
    lines: lines === '' ? [] : lines.trimEnd().split('\n'),
    bytes: answer.SpaceReclaimed,
  };
}

async function pruneCache(api: ApiClient, { all, filter }: Wish): Promise<Pruned> {
  const answer = await api.json<{ CachesDeleted: string[] | null; SpaceReclaimed: number }>(
    'POST',
    '/build/prune',
    { query: { ...(all && { all: '1' }), filters: encodeFilters(filter) } },
  );
  return {
    title: 'build cache objects',
    lines: answer.CachesDeleted ?? [],
    bytes: answer.SpaceReclaimed,
  };
}

function warning({ all, volumes, filter }: Wish): string {
  const what = [
    'all stopped containers',
    'all networks not used by at least one container',
    ...(volumes ? ['all anonymous volumes not used by at least one container'] : []),
    all ? 'all images without at least one container associated to them' : 'all dangling images',
    all ? 'all build cache' : 'unused build cache',
  ];
  const lines = (items: readonly string[]) => items.map((item) => `  - ${item}\n`).join('');
  const filtered =
    filter.length === 0
      ? ''
      : `\n  Items to be pruned will be filtered with:\n${lines(filter.map((pair) => pair.join('=')))}`;
  return `This will remove:\n${lines(what)}${filtered}`;
}
