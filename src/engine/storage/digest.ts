import { createHash } from 'node:crypto';

/** `sha256:` and 64 lower-case hex digits: the name of content in images. */
export type Digest = `sha256:${string}`;

/** The digest of an uncompressed layer tar. Images list these (`rootfs.diff_ids`). */
export type DiffId = Digest;

/**
 * The name of a layer on top of given others: equal chain ids mean an equal file system. The lowest
 * layer's is its diff id; above it, the digest of `<chain id below> <diff id>` (OCI image spec, "Layer
 * ChainID").
 */
export type ChainId = Digest;

/** Whether `text` is a sha256 digest in its one written form. */
export function isDigest(text: string): text is Digest {
  return /^sha256:[0-9a-f]{64}$/.test(text);
}

/** The digest of `content`. */
export function digestOf(content: string | Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

/** The hex digits after the colon, as file names use them. */
export function hexOf(digest: Digest): string {
  return digest.slice('sha256:'.length);
}

/** The chain id of a layer `diffId` on top of `parent`. */
export function chainIdOn(parent: ChainId | undefined, diffId: DiffId): ChainId {
  return parent === undefined ? diffId : digestOf(`${parent} ${diffId}`);
}

/** The chain ids of a stack of layers, lowest first; the last one names the whole file system. */
export function chainIdsOf(diffIds: readonly DiffId[]): ChainId[] {
  const chains: ChainId[] = [];
  for (const diffId of diffIds) chains.push(chainIdOn(chains.at(-1), diffId));
  return chains;
}

/** A digest of content that comes in pieces. */
export function digestStream(): { update(chunk: Uint8Array): void; end(): Digest } {
  const hash = createHash('sha256');
  return {
    update: (chunk) => hash.update(chunk),
    end: () => `sha256:${hash.digest('hex')}`,
  };
}
