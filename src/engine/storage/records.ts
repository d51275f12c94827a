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
  unsynced: v.optional(v.literal(true)),
});

/** A read-only layer that is complete on disk. */
export interface LayerRecord {
  readonly chainId: Digest;
  readonly diffId: Digest;
  /** Chain id of what it lies on; none for the lowest. */
  readonly parent?: Digest;
  /** The driver's id. */
  readonly id: string;
  /** Bytes in files and symbolic links. */
  readonly size: number;
  /** Bytes of its tar. */
  readonly tarSize: number;
  /** Its files may not be on the disk yet: a start that finds this has to look at them. */
  readonly unsynced?: true;
}

/** Checks a stored layer record. */
export function decodeLayerRecord(value: unknown): LayerRecord {
  const { parent, unsynced, ...rest } = v.parse(layer, value);
  return { ...rest, ...(parent && { parent }), ...(unsynced && { unsynced }) };
}

const rootfs = v.strictObject({
  id: v.string(),
  chainId: v.optional(digest),
  of: v.optional(v.string()),
});

/** The writable layer of a container. */
export interface RootfsRecord {
  /** The container's id, and the driver's. */
  readonly id: string;
  /** What it lies on; none for a container without image. */
  readonly chainId?: Digest;
  /** Of an image that a container has mounted: the container's id. */
  readonly of?: string;
}

/** Checks a stored rootfs record. */
export function decodeRootfsRecord(value: unknown): RootfsRecord {
  const { id, chainId, of } = v.parse(rootfs, value);
  return { id, ...(chainId && { chainId }), ...(of && { of }) };
}
