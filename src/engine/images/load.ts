import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidParameter } from '../../base/errors.js';
import type { TarSource } from '../storage/extract/extract.js';
import type { LayerHold } from '../storage/layer-hold.js';
import { type ArchivedImage, ArchiveFolder } from './archive.js';
import { readDockerArchive } from './archive-docker.js';
import { readOciLayout } from './archive-oci.js';
import { diffIdsOf, parseImageConfig } from './config.js';
import { imageEvent } from './events.js';
import {
  familiarText,
  fullText,
  parseReference,
  type Reference,
  withDefaultTag,
} from './reference.js';
import type { ImageRecord } from './store.js';
import { nameImage } from './tag.js';
import type { ImageWorld } from './world.js';

/** How to load. */
export interface LoadImages {
  /** Told each line that `docker load` prints, newline included. */
  readonly say?: (line: string) => void;
}

/**
 * Loads images from an archive: of `docker save`, or a tar of an OCI image layout, either of them
 * compressed or not. Answers the loaded. @throws InvalidParameter
 */
export async function loadImages(
  world: ImageWorld,
  source: TarSource,
  { say = () => {} }: LoadImages = {},
): Promise<ImageRecord[]> {
  await mkdir(world.scratch, { recursive: true, mode: 0o700 });
  const target = await mkdtemp(join(world.scratch, 'load-'));
  try {
    await world.extractor.extract(source, { target, kind: 'files' });
    const folder = new ArchiveFolder(target);
    const archived = readDockerArchive(folder) ?? readOciLayout(folder, world.platform);
    if (archived === undefined)
      throw new InvalidParameter(
        'not an archive of images: it has neither manifest.json nor oci-layout and index.json',
      );
    const loaded: ImageRecord[] = [];
    for (const image of archived) loaded.push(await loadOne(world, image, say));
    return loaded;
  } finally {
    await rm(target, { recursive: true, force: true });
  }
}

async function loadOne(
  world: ImageWorld,
  archived: ArchivedImage,
  say: (line: string) => void,
): Promise<ImageRecord> {
  const names = archived.names.map((text) => withDefaultTag(parseReference(text)));
  using hold = world.storage.layers.hold();
  await addLayers(world, archived, hold);
  return await world.changes.run('images', async () => {
    const image = await world.store.add(archived.config);
    for (const name of names) await moveName(world, image, name, say);
    if (names.length === 0) say(`Loaded image ID: ${image.id}\n`);
    world.emit(imageEvent('load', image, image.id));
    return image;
  });
}

async function addLayers(
  world: ImageWorld,
  archived: ArchivedImage,
  hold: LayerHold,
): Promise<void> {
  const diffIds = diffIdsOf(parseImageConfig(archived.config));
  if (diffIds.length !== archived.layers.length)
    throw new InvalidParameter(
      `invalid manifest, layers length mismatch: expected ${diffIds.length}, got ${archived.layers.length}`,
    );
  let parent: ImageRecord['chainId'];
  for (const [i, { file, digest }] of archived.layers.entries()) {
    const expect = { diffId: diffIds[i], digest };
    parent = (await world.storage.layers.add({ source: { file }, parent, hold, expect })).chainId;
  }
}

async function moveName(
  world: ImageWorld,
  image: ImageRecord,
  name: Reference,
  say: (line: string) => void,
): Promise<void> {
  const before = world.store.byName(name);
  if (before !== undefined && before.id !== image.id)
    say(
      `The image ${familiarText(name)} already exists, renaming the old one with ID ${before.id} to empty string\n`,
    );
  // A name by digest can't be made up here: it is a registry's word.
  if (name.digest === undefined) await nameImage(world, image, name);
  say(`Loaded image: ${name.digest === undefined ? familiarText(name) : fullText(name)}\n`);
}
