import { InvalidParameter } from '../../base/errors.js';
import { imageEvent } from './events.js';
import { isTag, parseReference, type Reference, withDefaultTag } from './reference.js';
import type { ImageRecord } from './store.js';
import type { ImageWorld } from './world.js';

/** Gives an image a further name; the tag is `latest` by default. @throws NotFound, InvalidParameter */
export async function tagImage(
  world: ImageWorld,
  nameOrId: string,
  repo: string,
  tag?: string,
): Promise<void> {
  const name = targetName(repo, tag);
  await world.changes.run('images', async () => {
    const image = world.store.resolve(nameOrId);
    await nameImage(world, image, name);
  });
}

/** The name that `repo` and `tag` of a request make. @throws InvalidParameter */
export function targetName(repo: string, tag?: string): Reference {
  if (tag !== undefined && tag !== '' && !isTag(tag))
    throw new InvalidParameter('invalid tag format');
  const name = parseReference(tag === undefined || tag === '' ? repo : `${repo}:${tag}`);
  if (name.digest !== undefined)
    throw new InvalidParameter('refusing to create a tag with a digest reference');
  return withDefaultTag(name);
}

/** Names an image and tells about it. Under the key `images` of the changes. */
export async function nameImage(
  world: ImageWorld,
  image: ImageRecord,
  name: Reference,
): Promise<void> {
  await world.store.name(name, image, world.clock.now());
  world.emit(imageEvent('tag', image, name));
}
