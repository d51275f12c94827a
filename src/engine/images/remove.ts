import {
  conflictError,
  findConflict,
  hardObstacles,
  isSingleName,
  refuseToOrphan,
} from './conflicts.js';
import { imageEvent } from './events.js';
import { familiarText, parseReference, type Reference, withDefaultTag } from './reference.js';
import { type ImageRecord, isCanonical, isIdOf, sameRepository } from './store.js';
import type { ImageWorld } from './world.js';

/** One line of the answer to `docker rmi` (ImageDeleteResponseItem). */
export type RemovedItem = { readonly Untagged: string } | { readonly Deleted: string };

/** How to remove. */
export interface RemoveImage {
  /** Also if stopped containers use it or it has several names. Default false. */
  readonly force?: boolean;
  /** Keep nameless parents. Default false. */
  readonly noPrune?: boolean;
}

/**
 * Removes a name, or an image by id. The image itself goes with its last name, if no container uses it;
 * with it go nameless parents and all layers that nothing else needs. @throws NotFound, Conflict
 */
export async function removeImage(
  world: ImageWorld,
  nameOrId: string,
  options: RemoveImage = {},
): Promise<RemovedItem[]> {
  return await world.changes.run('images', () => removeNow(world, nameOrId, options));
}

/** The same for one who already changes images. */
export async function removeNow(
  world: ImageWorld,
  nameOrId: string,
  { force = false, noPrune = false }: RemoveImage,
): Promise<RemovedItem[]> {
  const image = world.store.resolve(nameOrId);
  const byId = isIdOf(image, nameOrId);
  const items = byId
    ? await untagById(world, image, force)
    : await untagByName(world, image, nameOrId, force);
  if (!byId && world.store.namesOf(image.id).length > 0) return items;
  return await deleteImage(world, image, { items, force, prune: !noPrune, quiet: !byId });
}

async function untagByName(
  world: ImageWorld,
  image: ImageRecord,
  words: string,
  force: boolean,
): Promise<RemovedItem[]> {
  if (!force && isSingleName(world.store.namesOf(image.id))) refuseToOrphan(world, image, words);
  const name = withDefaultTag(parseReference(words));
  const items = [await untag(world, image, name)];
  const left = world.store.namesOf(image.id);
  // With the last tag of a repository go its digests.
  const tagLeft = left.some((other) => !isCanonical(other) && sameRepository(other, name));
  if (isCanonical(name) || tagLeft) return items;
  for (const other of left.filter((other) => sameRepository(other, name)))
    items.push(await untag(world, image, other));
  return items;
}

async function untagById(
  world: ImageWorld,
  image: ImageRecord,
  force: boolean,
): Promise<RemovedItem[]> {
  const names = world.store.namesOf(image.id);
  if (!isSingleName(names)) return [];
  const conflict = findConflict(
    world,
    image,
    force ? hardObstacles : [...hardObstacles, 'stopped'],
  );
  if (conflict !== undefined) throw conflictError(image, conflict);
  return await untagAll(world, image, names);
}

/** What {@link deleteImage} goes by. */
interface Deletion {
  readonly items: RemovedItem[];
  readonly force: boolean;
  readonly prune: boolean;
  /** A conflict just ends the deletion: its name is gone, which is what was asked for. */
  readonly quiet: boolean;
}

async function deleteImage(
  world: ImageWorld,
  image: ImageRecord,
  how: Deletion,
): Promise<RemovedItem[]> {
  const { items, force } = how;
  const conflict = findConflict(
    world,
    image,
    force ? hardObstacles : [...hardObstacles, 'names', 'stopped'],
  );
  if (conflict !== undefined) {
    const { store } = world;
    const dangling = store.namesOf(image.id).length + store.childrenOf(image.id).length === 0;
    if (how.quiet && (!dangling || conflict.used)) return items;
    throw conflictError(image, conflict);
  }
  const parent = image.parent && world.store.get(image.parent);
  items.push(...(await untagAll(world, image, world.store.namesOf(image.id))));
  // The record goes first: layers without an image are swept up, an image without layers is broken.
  await world.store.remove(image.id);
  world.emit(imageEvent('delete', image));
  items.push({ Deleted: image.id });
  const layers = await world.storage.collect(() => world.store.usedChains());
  items.push(...layers.map(({ chainId }) => ({ Deleted: chainId })));
  if (!how.prune || parent === undefined || world.store.namesOf(parent.id).length > 0) return items;
  return await deleteImage(world, parent, { items, force: false, prune: true, quiet: true });
}

async function untagAll(
  world: ImageWorld,
  image: ImageRecord,
  names: readonly Reference[],
): Promise<RemovedItem[]> {
  const items: RemovedItem[] = [];
  for (const name of names) items.push(await untag(world, image, name));
  return items;
}

async function untag(world: ImageWorld, image: ImageRecord, name: Reference): Promise<RemovedItem> {
  await world.store.unname(name);
  world.emit(imageEvent('untag', image, image.id));
  return { Untagged: familiarText(name) };
}
