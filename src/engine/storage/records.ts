import * as v from 'valibot';
import { type Digest, isDigest } from './digest.js';

const digest = v.custom<Digest>((value) => typeof value === 'string' && isDigest(value));
const layer = v.strictObject({
  chainId: digest,
  diffId: digest,
  parent: v.optional(digest),
  id: v.string(),
  size: v.number(),
  tarSize: v.number(),
});

/** A read-only layer that is complete on disk. */
export interface LayerRecord {
  readonly chainId: Digest;
  readonly diffId: Digest;
  /** Chain id of what it lies on; none for the lowest. */
  readonly parent?: Digest;
  /** The driver's id. */
  readonly id: string;
  /** Bytes in regular files. */
  readonly size: number;
  /** Bytes of its tar. */
  readonly tarSize: number;
}

/** Checks a stored layer record. */
export function decodeLayerRecord(value: unknown): LayerRecord {
  const { parent, ...rest } = v.parse(layer, value);
  return parent === undefined ? rest : { ...rest, parent };
}

const rootfs = v.strictObject({ id: v.string(), chainId: v.optional(digest) });

/** The writable layer of a container. */
export interface RootfsRecord {
  /** The container's id, and the driver's. */
  readonly id: string;
  /** What it lies on; none for a container without image. */
  readonly chainId?: Digest;
}

/** Checks a stored rootfs record. */
export function decodeRootfsRecord(value: unknown): RootfsRecord {
  const { id, chainId } = v.parse(rootfs, value);
  return chainId === undefined ? { id } : { id, chainId };
}
