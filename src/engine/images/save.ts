import { Readable } from 'node:stream';
import { encodeEntry, endOfArchive, padding } from '../../base/tar/writer.js';
import { type ChainId, type Digest, digestOf, hexOf } from '../storage/digest.js';
import { imageEvent } from './events.js';
import {
  familiarRepository,
  familiarText,
  fullText,
  parseAnyReference,
  type Reference,
  withDefaultTag,
} from './reference.js';
import { type ImageRecord, isCanonical, isIdOf, sameRepository } from './store.js';
import type { ImageWorld } from './world.js';

/** An image to be saved, with the names to save it under. */
interface Chosen {
  readonly image: ImageRecord;
  readonly names: Reference[];
}

/** A file of the archive. */
interface Part {
  readonly name: string;
  readonly size: number;
  readonly content: () => AsyncIterable<Buffer> | Iterable<Buffer>;
}

const layerType = 'application/vnd.oci.image.layer.v1.tar';

/**
 * Writes images into one archive that is both a docker-archive and an OCI image layout. A repository
 * without tag stands for all its tags. The same images give the same bytes. @throws NotFound, before any byte
 */
export function saveImages(world: ImageWorld, words: readonly string[]): Readable {
  const chosen = choose(world, words);
  const parts = partsOf(world, chosen);
  const hold = world.storage.layers.hold();
  for (const { image } of chosen) if (image.chainId !== undefined) hold.keep(image.chainId);
  for (const { image } of chosen) world.emit(imageEvent('save', image, image.id));
  const archive = Readable.from(archiveOf(parts), { objectMode: false });
  archive.once('close', () => hold[Symbol.dispose]());
  return archive;
}

function choose(world: ImageWorld, words: readonly string[]): Chosen[] {
  const chosen = new Map<Digest, Chosen>();
  const add = (image: ImageRecord, name?: Reference) => {
    const entry = chosen.get(image.id) ?? { image, names: [] };
    chosen.set(image.id, entry);
    const known = entry.names.some((other) => name && fullText(other) === fullText(name));
    if (name !== undefined && !known && !isCanonical(name)) entry.names.push(name);
  };
  for (const word of words) {
    const any = parseAnyReference(word);
    const tagged = any.kind === 'name' && withDefaultTag(any.name) === any.name;
    const all = any.kind === 'name' && !tagged ? tagsOf(world, any.name) : [];
    for (const { image, name } of all) add(image, name);
    if (all.length > 0) continue;
    const image = world.store.resolve(word);
    const byName = any.kind === 'name' && !isIdOf(image, word);
    add(image, byName ? withDefaultTag(any.name) : undefined);
  }
  return [...chosen.values()];
}

/** All tags of a repository, with their images. */
function tagsOf(
  world: ImageWorld,
  repository: Reference,
): { image: ImageRecord; name: Reference }[] {
  return world.store
    .all()
    .flatMap((image) => world.store.namesOf(image.id).map((name) => ({ image, name })))
    .filter(({ name }) => sameRepository(name, repository) && !isCanonical(name));
}

function partsOf(world: ImageWorld, chosen: readonly Chosen[]): Part[] {
  const blobs = new Map<string, Part>();
  const put = (part: Part) => blobs.set(part.name, part);
  const entries = chosen.flatMap((one) => {
    const { image } = one;
    for (const chain of image.chains) put(layerPart(world, chain));
    put(textPart(blobName(image.id), image.config));
    const manifest = manifestOf(world, image);
    put(textPart(blobName(digestOf(manifest)), manifest));
    return indexEntries(manifest, one);
  });
  const index = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: entries,
  });
  return [
    ...blobs.values(),
    textPart('index.json', index),
    textPart('manifest.json', JSON.stringify(dockerEntries(world, chosen))),
    textPart('oci-layout', JSON.stringify({ imageLayoutVersion: '1.0.0' })),
    ...repositoriesPart(world, chosen),
  ];
}

function manifestOf(world: ImageWorld, image: ImageRecord): string {
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: {
      mediaType: 'application/vnd.oci.image.config.v1+json',
      digest: image.id,
      size: Buffer.byteLength(image.config),
    },
    layers: layersOf(world, image).map(({ diffId, tarSize }) => ({
      mediaType: layerType,
      digest: diffId,
      size: tarSize,
    })),
  });
}

/** One entry for each name, as containerd reads it; one without a name for an image that has none. */
function indexEntries(manifest: string, { image, names }: Chosen): object[] {
  const { architecture, os, variant } = image.parsed;
  const entry = {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    digest: digestOf(manifest),
    size: Buffer.byteLength(manifest),
    platform: { architecture, os, ...(variant && { variant }) },
  };
  if (names.length === 0) return [entry];
  return names.map((name) => ({
    ...entry,
    annotations: {
      'io.containerd.image.name': fullText(name),
      'org.opencontainers.image.ref.name': name.tag,
    },
  }));
}

/** Docker's own list. An image names its parent if that is saved beside it. */
function dockerEntries(world: ImageWorld, chosen: readonly Chosen[]): object[] {
  const ids = new Set(chosen.map(({ image }) => image.id));
  return chosen.map(({ image, names }) => ({
    Config: blobName(image.id),
    RepoTags: names.length === 0 ? null : names.map(familiarText),
    Layers: layersOf(world, image).map(({ diffId }) => blobName(diffId)),
    ...(image.parent !== undefined && ids.has(image.parent) && { Parent: image.parent }),
  }));
}

/** Which layer is on top of which name: what Docker before 1.10 went by, and some tools still do. */
function repositoriesPart(world: ImageWorld, chosen: readonly Chosen[]): Part[] {
  const repositories: Record<string, Record<string, string>> = {};
  for (const { image, names } of chosen) {
    const top = layersOf(world, image).at(-1);
    for (const name of top === undefined ? [] : names) {
      const repository = familiarRepository(name);
      const tags = repositories[repository] ?? {};
      repositories[repository] = {
        ...tags,
        [name.tag ?? 'latest']: hexOf(top?.diffId ?? image.id),
      };
    }
  }
  if (Object.keys(repositories).length === 0) return [];
  return [textPart('repositories', JSON.stringify(repositories))];
}

function layersOf(world: ImageWorld, image: ImageRecord) {
  return image.chains.flatMap((chain) => world.storage.layers.get(chain) ?? []);
}

function layerPart(world: ImageWorld, chain: ChainId): Part {
  const layer = world.storage.layers.get(chain);
  return {
    name: blobName(layer?.diffId ?? chain),
    size: layer?.tarSize ?? 0,
    content: () => world.storage.layers.tar(chain),
  };
}

function textPart(name: string, text: string): Part {
  const bytes = Buffer.from(text);
  return { name, size: bytes.length, content: () => [bytes] };
}

function blobName(digest: Digest): string {
  return `blobs/sha256/${hexOf(digest)}`;
}

async function* archiveOf(parts: readonly Part[]): AsyncIterable<Buffer> {
  yield encodeEntry({ name: 'blobs/', type: 'directory' });
  yield encodeEntry({ name: 'blobs/sha256/', type: 'directory' });
  for (const { name, size, content } of parts) {
    yield encodeEntry({ name, type: 'file', size });
    yield* content();
    yield padding(size);
  }
  yield endOfArchive;
}
