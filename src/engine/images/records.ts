import * as v from 'valibot';
import { type Digest, digestOf, isDigest } from '../storage/digest.js';
import { parseImageConfig } from './config.js';
import { fullText, parseReference } from './reference.js';

const digest = v.custom<Digest>((value) => typeof value === 'string' && isDigest(value));
const storedImage = v.strictObject({
  id: digest,
  config: v.string(),
  parent: v.optional(digest),
  taggedAt: v.optional(v.string()),
});

/** An image as it lies on disk. */
export interface StoredImage {
  readonly id: Digest;
  /** The configuration's JSON, byte for byte: the id is its digest. */
  readonly config: string;
  /** The image that this one was built on, if it was built here. */
  readonly parent?: Digest;
  /** When it was last given a name; ISO 8601. */
  readonly taggedAt?: string;
}

/** Checks a stored image: also that nobody has changed its configuration. */
export function decodeStoredImage(value: unknown): StoredImage {
  const { id, config, parent, taggedAt } = v.parse(storedImage, value);
  if (digestOf(config) !== id) throw new Error(`the configuration of image ${id} has changed`);
  parseImageConfig(config);
  return {
    id,
    config,
    ...(parent === undefined ? {} : { parent }),
    ...(taggedAt === undefined ? {} : { taggedAt }),
  };
}

const storedName = v.strictObject({ name: v.string(), image: digest });

/** One name of an image as it lies on disk. */
export interface StoredName {
  /** In full, with tag or digest. */
  readonly name: string;
  readonly image: Digest;
}

/** Checks a stored name. */
export function decodeStoredName(value: unknown): StoredName {
  const stored = v.parse(storedName, value);
  if (fullText(parseReference(stored.name)) !== stored.name) throw new Error('not a full name');
  return stored;
}
