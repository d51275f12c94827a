import type { Digest } from '../storage/digest.js';
import type { TarSource } from '../storage/extract/extract.js';
import { diffIdsOf, type ImageConfig, type RunConfig } from './config.js';
import { familiarText } from './reference.js';
import type { ImageRecord } from './store.js';
import { nameImage, targetName } from './tag.js';
import type { ImageWorld } from './world.js';

/** A container that becomes an image (Docker: POST /commit). */
export interface CommitImage {
  readonly containerId: string;
  /** The image that the container was made from. */
  readonly parent: Digest;
  /** What the container has changed in its files, as a layer. */
  readonly layer: TarSource;
  /** How containers of the new image run. */
  readonly config: RunConfig;
  /** The container's command, which stands in the history. */
  readonly createdBy: string;
  readonly author: string;
  readonly comment: string;
  /** A name; empty for none. */
  readonly repo: string;
  readonly tag: string;
}

/** What the digest of a tar without entries is: two blocks of zeros. A step that brings it adds no layer. */
const emptyLayer: Digest =
  'sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef';

/** Makes an image of another and a layer on it. Answers it and the name that it got. @throws InvalidParameter, NotFound */
export async function commitImage(
  world: ImageWorld,
  commit: CommitImage,
): Promise<{ image: ImageRecord; name: string }> {
  const { repo, tag } = commit;
  // Before the work: a bad name should not cost a layer.
  const name = repo === '' ? undefined : targetName(repo, tag);
  using hold = world.storage.layers.hold();
  const parent = world.store.resolve(commit.parent);
  if (parent.chainId !== undefined) hold.keep(parent.chainId);
  const { diffId } = await world.storage.layers.add({
    source: commit.layer,
    parent: parent.chainId,
    hold,
  });
  const config = JSON.stringify(childConfig(world, parent.parsed, commit, diffId));
  return await world.changes.run('images', async () => {
    const image = await world.store.add(config, parent.id);
    if (name !== undefined) await nameImage(world, image, name);
    hold[Symbol.dispose]();
    // An empty layer is in no image.
    if (diffId === emptyLayer) await world.storage.collect(() => world.store.usedChains());
    return { image, name: name === undefined ? '' : familiarText(name) };
  });
}

/** The configuration of an image on another, in Docker's order of fields. */
function childConfig(
  world: ImageWorld,
  parent: ImageConfig,
  commit: CommitImage,
  diffId: Digest,
): object {
  const created = world.clock.now().toISOString();
  const { author, comment, createdBy } = commit;
  const adds = diffId !== emptyLayer;
  const step = {
    created,
    ...(author && { author }),
    created_by: createdBy,
    ...(comment && { comment }),
    ...(adds ? {} : { empty_layer: true }),
  };
  return {
    architecture: parent.architecture,
    ...(parent.variant && { variant: parent.variant }),
    ...(author && { author }),
    config: commit.config,
    container: commit.containerId,
    created,
    history: [...(parent.history ?? []), step],
    os: parent.os,
    ...(parent['os.version'] && { 'os.version': parent['os.version'] }),
    rootfs: { type: 'layers', diff_ids: [...diffIdsOf(parent), ...(adds ? [diffId] : [])] },
  };
}
