import { InvalidParameter } from '../../base/errors.js';
import type { TarSource } from '../storage/extract/extract.js';
import { applyChanges } from './changes.js';
import type { RunConfig } from './config.js';
import { imageEvent } from './events.js';
import { importPlatform } from './platform.js';
import type { ImageRecord } from './store.js';
import { nameImage, targetName } from './tag.js';
import type { ImageWorld } from './world.js';

/** How `docker import` makes an image (Docker: POST /images/create with `fromSrc`). */
export interface ImportImage {
  /** A name; without it the image has only its id. */
  readonly repo?: string;
  readonly tag?: string;
  /** The comment. Default `Imported from -`. */
  readonly message?: string;
  /** Instructions of a Dockerfile that change the configuration. */
  readonly changes?: readonly string[];
  /** `os/arch`; default this machine's. */
  readonly platform?: string;
  /** What `changes` start from. Default: an empty configuration. */
  readonly config?: RunConfig;
  /** When it was made. Default now. */
  readonly created?: Date;
}

/** Makes an image of one layer from the tar of a root file system. @throws InvalidParameter */
export async function importImage(
  world: ImageWorld,
  source: TarSource,
  options: ImportImage = {},
): Promise<ImageRecord> {
  const { repo = '', tag, message = 'Imported from -', changes = [], platform } = options;
  // Before the work: a bad name or instruction should not cost an upload.
  if (repo.includes('@')) throw new InvalidParameter('cannot import digest reference');
  const name = repo === '' ? undefined : targetName(repo, tag);
  const made = importPlatform(platform, world.platform);
  const config = applyChanges(options.config ?? {}, changes);
  using hold = world.storage.layers.hold();
  const layer = await world.storage.layers.add({ source, hold });
  const created = (options.created ?? world.clock.now()).toISOString();
  const json = JSON.stringify({
    created,
    comment: message,
    ...made,
    config,
    rootfs: { type: 'layers', diff_ids: [layer.diffId] },
    history: [{ created, comment: message }],
  });
  return await world.changes.run('images', async () => {
    const image = await world.store.add(json);
    if (name !== undefined) await nameImage(world, image, name);
    world.emit(imageEvent('import', image));
    return image;
  });
}
