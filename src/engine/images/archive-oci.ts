import * as v from 'valibot';
import { InvalidParameter } from '../../base/errors.js';
import { type Digest, digestOf, hexOf, isDigest } from '../storage/digest.js';
import type { ArchivedImage, ArchiveFolder } from './archive.js';
import type { Platform } from './world.js';

const annotations = v.nullish(v.record(v.string(), v.string()));
const descriptor = v.looseObject({
  mediaType: v.nullish(v.string()),
  digest: v.custom<Digest>((value) => typeof value === 'string' && isDigest(value)),
  annotations,
  platform: v.nullish(v.looseObject({ os: v.string(), architecture: v.string() })),
});
const index = v.looseObject({ manifests: v.array(descriptor) });
/** A manifest, which has `config` and `layers`, or an index below the index. */
const document = v.looseObject({
  manifests: v.nullish(v.array(descriptor)),
  config: v.nullish(descriptor),
  layers: v.nullish(v.array(descriptor)),
});

type Descriptor = v.InferOutput<typeof descriptor>;

/** A list that leads to lists that lead to ...: no image needs more. */
const deepest = 4;

/**
 * The images of an OCI image layout (OCI image spec, "image-layout.md"); undefined if it is not of this
 * kind. Of an image for many platforms ours is taken. @throws InvalidParameter
 */
export function readOciLayout(
  folder: ArchiveFolder,
  platform: Platform,
): ArchivedImage[] | undefined {
  if (folder.find('oci-layout') === undefined || folder.find('index.json') === undefined)
    return undefined;
  const found = folder.json('index.json', index).manifests.filter((entry) => fits(entry, platform));
  if (found.length === 0) throw noneFor(platform);
  const images = new Map<Digest, ArchivedImage>();
  for (const entry of found) {
    const image = readEntry(folder, entry, platform, deepest);
    const names = [...(images.get(entry.digest)?.names ?? []), ...namesOf(entry)];
    images.set(entry.digest, { ...image, names });
  }
  return [...images.values()];
}

function readEntry(
  folder: ArchiveFolder,
  entry: Descriptor,
  platform: Platform,
  depth: number,
): ArchivedImage {
  checkDigest(folder, entry.digest);
  const { manifests, config, layers } = folder.json(blobOf(entry.digest), document);
  if (manifests) {
    const ours = manifests.find((below) => fits(below, platform));
    if (ours === undefined || depth === 0) throw noneFor(platform);
    return readEntry(folder, ours, platform, depth - 1);
  }
  if (!config)
    throw new InvalidParameter(`the archive's manifest ${entry.digest} names no configuration`);
  checkDigest(folder, config.digest);
  return {
    config: folder.text(blobOf(config.digest)),
    names: [],
    layers: (layers ?? []).map(({ digest }) => ({ file: folder.file(blobOf(digest)), digest })),
  };
}

/** Whether an entry is an image for us, and not e.g. the attestation of one. */
function fits({ platform, annotations }: Descriptor, ours: Platform): boolean {
  if (annotations?.['vnd.docker.reference.type'] !== undefined) return false;
  if (!platform) return true;
  return platform.os === ours.os && platform.architecture === ours.architecture;
}

/** containerd's full name, or the standard's own annotation where it is more than a tag. */
function namesOf({ annotations }: Descriptor): string[] {
  const full = annotations?.['io.containerd.image.name'];
  const short = annotations?.['org.opencontainers.image.ref.name'];
  if (full !== undefined) return [full];
  return short !== undefined && /[/:]/.test(short) ? [short] : [];
}

/** Documents are small, so they are checked at once; layers when they are unpacked. */
function checkDigest(folder: ArchiveFolder, digest: Digest): void {
  const found = digestOf(folder.text(blobOf(digest)));
  if (found !== digest)
    throw new InvalidParameter(
      `the archive's blob ${digest} is damaged: it has the digest ${found}`,
    );
}

function blobOf(digest: Digest): string {
  return `blobs/sha256/${hexOf(digest)}`;
}

function noneFor({ os, architecture }: Platform): InvalidParameter {
  return new InvalidParameter(`the archive has no image for ${os}/${architecture}`);
}
