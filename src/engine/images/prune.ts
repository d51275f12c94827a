import { createdAt } from './config.js';
import {
  booleanFilter,
  checkFilterNames,
  type ImageFilters,
  labelsOf,
  matchesLabels,
  parseUntil,
} from './filters.js';
import { fullText } from './reference.js';
import { type RemovedItem, removeNow } from './remove.js';
import type { ImageRecord } from './store.js';
import type { ImageWorld } from './world.js';

/** Docker's answer to POST /images/prune. */
export interface PruneReport {
  readonly ImagesDeleted: readonly RemovedItem[] | null;
  /** Bytes in the files of the layers that are gone. */
  readonly SpaceReclaimed: number;
}

/**
 * Removes the images that no container uses: nameless ones, or with the filter `dangling=false` all. A
 * layer that is needed elsewhere stays. @throws InvalidParameter for bad filters
 */
export async function pruneImages(
  world: ImageWorld,
  filters: ImageFilters = {},
): Promise<PruneReport> {
  checkFilterNames(filters, ['dangling', 'label', 'label!', 'until']);
  const danglingOnly = booleanFilter(filters, 'dangling') ?? true;
  const until = Math.min(
    ...(filters['until'] ?? []).map((text) => parseUntil(text, world.clock.now()).getTime()),
  );
  const goes = (image: ImageRecord) =>
    createdAt(image.parsed).getTime() < until &&
    matchesLabels(filters, labelsOf(image)) &&
    world.users.usersOf(image.id).length === 0 &&
    world.store.childrenOf(image.id).length === 0 &&
    (!danglingOnly || world.store.namesOf(image.id).length === 0);

  return await world.changes.run('images', async () => {
    const sizeBefore = totalSize(world);
    const deleted: RemovedItem[] = [];
    for (const image of world.store.all().filter(goes))
      deleted.push(...(await removeWithNames(world, image)));
    deleted.push(...(await removeKept(world)));
    const SpaceReclaimed = sizeBefore - totalSize(world);
    world.emit({ action: 'prune', id: '', attributes: { reclaimed: String(SpaceReclaimed) } });
    return { ImagesDeleted: deleted.length === 0 ? null : deleted, SpaceReclaimed };
  });
}

/** Layers of images whose records are lost. */
async function removeKept({ kept, storage, store }: ImageWorld): Promise<RemovedItem[]> {
  if (kept.size === 0) return [];
  for (const hold of kept) hold[Symbol.dispose]();
  kept.clear();
  const layers = await storage.collect(() => store.usedChains());
  return layers.map(({ chainId }) => ({ Deleted: chainId }));
}

async function removeWithNames(world: ImageWorld, image: ImageRecord): Promise<RemovedItem[]> {
  const words = world.store.namesOf(image.id).map(fullText);
  const removed: RemovedItem[] = [];
  // A name may have gone with the one before it.
  for (const word of words.length === 0 ? [image.id] : words)
    if (world.store.get(image.id) !== undefined)
      removed.push(...(await removeNow(world, word, {})));
  return removed;
}

function totalSize(world: ImageWorld): number {
  return world.storage.layers.all().reduce((sum, { size }) => sum + size, 0);
}
