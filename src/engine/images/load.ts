import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidParameter } from '../../base/errors.js';
import { chainIdOn } from '../storage/digest.js';
import type { TarSource } from '../storage/extract/extract.js';
import type { LayerHold } from '../storage/layer-hold.js';
import { type ArchivedImage, ArchiveFolder } from './archive.js';
import { readDockerArchive } from './archive-docker.js';
import { readOciLayout } from './archive-oci.js';
import { diffIdsOf, parseImageConfig } from './config.js';
import { imageEvent } from './events.js';
import { type LayerProgress, layerProgress } from './layer-progress.js';
import {
  familiarText,
  fullText,
  parseReference,
  type Reference,
  withDefaultTag,
} from './reference.js';
import type { ImageRecord } from './store.js';
import type { ImageWorld } from './world.js';

/** What is told of a load, in the words of `docker load`. */
export type LoadLine =
  /** A line to print, its end included. */
  | { readonly stream: string }
  /** How far a layer is. */
  | LayerProgress;

/** How to load. */
export interface LoadImages {
  readonly say?: (line: LoadLine) => void;
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
    // Layers are digested when they are added, documents when they are read.
    await world.extractor.extract(source, { target, kind: 'files', undigested: true });
    const folder = new ArchiveFolder(target);
    const archived = readDockerArchive(folder) ?? readOciLayout(folder, world.platform);
    if (archived === undefined)
      throw new InvalidParameter(
        'not an archive of images: it has neither manifest.json nor oci-layout and index.json',
      );
    const loaded: ImageRecord[] = [];
    for (const image of archived) loaded.push(await loadOne(world, image, say));
    await linkParents(world, archived, loaded);
    return loaded;
  } finally {
    await rm(target, { recursive: true, force: true });
  }
}

async function loadOne(
  world: ImageWorld,
  archived: ArchivedImage,
  say: (line: LoadLine) => void,
): Promise<ImageRecord> {
  const names = archived.names.map((text) => withDefaultTag(parseReference(text)));
  using hold = world.storage.layers.hold();
  await addLayers(world, archived, { hold, say });
  return await world.changes.run('images', async () => {
    const image = await world.store.add(archived.config);
    for (const name of names) await moveName(world, image, name, say);
    if (names.length === 0) say({ stream: `Loaded image ID: ${image.id}\n` });
    world.emit(imageEvent('load', image));
    return image;
  });
}

async function addLayers(
  world: ImageWorld,
  archived: ArchivedImage,
  { hold, say }: { hold: LayerHold; say: (line: LoadLine) => void },
): Promise<void> {
  const { layers } = world.storage;
  const diffIds = diffIdsOf(parseImageConfig(archived.config));
  if (diffIds.length !== archived.layers.length)
    throw new InvalidParameter(
      `invalid manifest, layers length mismatch: expected ${diffIds.length}, got ${archived.layers.length}`,
    );
  let parent: ImageRecord['chainId'];
  for (const [i, { file, digest }] of archived.layers.entries()) {
    const diffId = diffIds[i];
    const isHere = diffId && layers.get(chainIdOn(parent, diffId)) !== undefined;
    const { size } = await stat(file);
    if (diffId && !isHere) say(layerProgress(diffId, 0, size));
    const added = await layers.add({ source: { file }, parent, hold, expect: { diffId, digest } });
    if (diffId && !isHere) say(layerProgress(diffId, size, size));
    parent = added.chainId;
  }
}

/** What was saved together keeps its parents, as far as these can be. */
async function linkParents(
  world: ImageWorld,
  archived: readonly ArchivedImage[],
  loaded: readonly ImageRecord[],
): Promise<void> {
  for (const [i, { parent }] of archived.entries()) {
    const image = loaded[i];
    const above = loaded.find(({ id }) => id === parent);
    if (!image || !above || image.parent !== undefined || !isStepOn(image, above)) continue;
    await world.changes.run('images', () => world.store.setParent(image.id, above.id));
  }
}

/** Whether an image's history is another's and one step more. */
function isStepOn({ parsed }: ImageRecord, { parsed: parent }: ImageRecord): boolean {
  const [own, other] = [parsed.history ?? [], parent.history ?? []];
  return (
    own.length - other.length === 1 && JSON.stringify(own.slice(0, -1)) === JSON.stringify(other)
  );
}

async function moveName(
  world: ImageWorld,
  image: ImageRecord,
  name: Reference,
  say: (line: LoadLine) => void,
): Promise<void> {
  const before = world.store.byName(name);
  if (before !== undefined && before.id !== image.id)
    say({
      stream: `The image ${familiarText(name)} already exists, renaming the old one with ID ${before.id} to empty string\n`,
    });
  // A name by digest can't be made up here: it is a registry's word.
  if (name.digest === undefined) await world.store.name(name, image, world.clock.now());
  const shown = name.digest === undefined ? familiarText(name) : fullText(name);
  say({ stream: `Loaded image: ${shown}\n` });
}
