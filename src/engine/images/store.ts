import { InvalidParameter, NotFound } from '../../base/errors.js';
import type { ObjectStore } from '../state/json-store.js';
import { type ChainId, chainIdsOf, type Digest, digestOf, hexOf } from '../storage/digest.js';
import { diffIdsOf, type ImageConfig, parseImageConfig } from './config.js';
import type { StoredImage, StoredName } from './records.js';
import {
  familiarText,
  fullText,
  parseAnyReference,
  parseReference,
  type Reference,
  repositoryOf,
  withDefaultTag,
} from './reference.js';

/** An image that is here. */
export interface ImageRecord extends StoredImage {
  readonly parsed: ImageConfig;
  /** Chain ids of its layers, lowest first. */
  readonly chains: readonly ChainId[];
  /** The chain id of all layers together; undefined for an image without layers. */
  readonly chainId: ChainId | undefined;
}

/** The two folders of records behind an {@link ImageStore}. */
export interface ImageStoreOptions {
  /** Durable; keys are the hex digits of image ids. */
  readonly images: ObjectStore<StoredImage>;
  /** Durable; keys are the hex digits of the digest of the full name. One file a name, so that moving a name is one rename. */
  readonly names: ObjectStore<StoredName>;
  /** Keys of images whose records could not be read. Default: none. */
  readonly setAside?: readonly string[];
}

/** Which images are here and what they are called. */
export class ImageStore {
  readonly #images: ObjectStore<StoredImage>;
  readonly #names: ObjectStore<StoredName>;
  /** Hex digits of the ids of images whose records could not be read: somebody may be able to repair them. */
  readonly setAside: readonly string[];
  /** Parsed configurations, made once. */
  readonly #records = new WeakMap<StoredImage, ImageRecord>();

  constructor({ images, names, setAside = [] }: ImageStoreOptions) {
    this.#images = images;
    this.#names = names;
    this.setAside = setAside;
  }

  /** All images. */
  all(): ImageRecord[] {
    return this.#images.values().map((stored) => this.#recordOf(stored));
  }

  get(id: Digest): ImageRecord | undefined {
    const stored = this.#images.get(hexOf(id));
    return stored && this.#recordOf(stored);
  }

  /**
   * Finds an image by id, name or the first digits of an id, in this order as Docker does.
   * @throws NotFound `No such image: foo:latest`; InvalidParameter for what can't be a name
   */
  resolve(nameOrId: string): ImageRecord {
    const any = parseAnyReference(nameOrId);
    const named = any.kind === 'name' ? this.byName(withDefaultTag(any.name)) : undefined;
    const found = any.kind === 'id' ? this.get(any.id) : (named ?? this.#byPrefix(nameOrId));
    if (found !== undefined) return found;
    const shown = any.kind === 'id' ? any.id : familiarText(withDefaultTag(any.name));
    throw new NotFound(`No such image: ${shown}`);
  }

  /** The image of exactly this name. A name with tag and digest is looked up by its digest. */
  byName(name: Reference): ImageRecord | undefined {
    const stored = this.#names.get(keyOf(name));
    return stored && this.get(stored.image);
  }

  /** All names of an image, in order of text. */
  namesOf(id: Digest): Reference[] {
    return this.#names
      .values()
      .filter(({ image }) => image === id)
      .map(({ name }) => name)
      .sort()
      .map(parseReference);
  }

  /** The images that were built on this one. */
  childrenOf(id: Digest): ImageRecord[] {
    return this.all().filter(({ parent }) => parent === id);
  }

  /** The chains of layers that images use. */
  usedChains(): ChainId[] {
    return this.all().flatMap(({ chains }) => chains);
  }

  /** Stores an image; one that is here already keeps its names. Its layers must be stored already. */
  async add(config: string, parent?: Digest): Promise<ImageRecord> {
    const id = digestOf(config);
    parseImageConfig(config);
    const present = this.get(id);
    if (present !== undefined) return present;
    const stored: StoredImage = parent === undefined ? { id, config } : { id, config, parent };
    await this.#images.save(hexOf(id), stored);
    return this.#recordOf(stored);
  }

  /** Gives an image a name, which another image may lose by that. */
  async name(name: Reference, image: ImageRecord, at: Date): Promise<void> {
    const { id, config, parent } = image;
    const base: StoredImage = parent === undefined ? { id, config } : { id, config, parent };
    await this.#images.save(hexOf(id), { ...base, taggedAt: at.toISOString() });
    await this.#names.save(keyOf(name), { name: fullText(storedForm(name)), image: id });
  }

  /** Says what an image was built on. */
  async setParent(id: Digest, parent: Digest): Promise<void> {
    const stored = this.#images.get(hexOf(id));
    if (stored !== undefined) await this.#images.save(hexOf(id), { ...stored, parent });
  }

  /** Takes a name away; one that isn't given is fine. */
  async unname(name: Reference): Promise<void> {
    await this.#names.remove(keyOf(name));
  }

  /** Forgets an image and its names. */
  async remove(id: Digest): Promise<void> {
    for (const name of this.namesOf(id)) await this.unname(name);
    await this.#images.remove(hexOf(id));
  }

  /** Forgets names of images that aren't here, nor set aside. */
  async dropNames(): Promise<void> {
    for (const [key, { image }] of this.#names.entries()) {
      const isKept = this.#images.has(hexOf(image)) || this.setAside.includes(hexOf(image));
      if (!isKept) await this.#names.remove(key);
    }
  }

  #byPrefix(text: string): ImageRecord | undefined {
    const digits = text.replace(/^sha256:/, '');
    if (!/^[0-9a-f]+$/.test(digits)) return undefined;
    const found = this.#images.values().filter(({ id }) => hexOf(id).startsWith(digits));
    if (found.length > 1)
      throw new InvalidParameter(
        `the image id prefix ${digits} is ambiguous: ${found.length} images have it`,
      );
    return found[0] && this.#recordOf(found[0]);
  }

  #recordOf(stored: StoredImage): ImageRecord {
    const known = this.#records.get(stored);
    if (known !== undefined) return known;
    const parsed = parseImageConfig(stored.config);
    const chains = chainIdsOf(diffIdsOf(parsed));
    const record = { ...stored, parsed, chains, chainId: chains.at(-1) };
    this.#records.set(stored, record);
    return record;
  }
}

/** Whether a request's words mean an image by its id rather than by name. */
export function isIdOf(image: ImageRecord, words: string): boolean {
  return image.id.startsWith(words) || hexOf(image.id).startsWith(words);
}

/** A digest says it all: a tag beside it does not count. */
function storedForm(name: Reference): Reference {
  const { domain, path, digest } = name;
  return digest === undefined ? name : { domain, path, digest };
}

function keyOf(name: Reference): string {
  return hexOf(digestOf(fullText(storedForm(name))));
}

/** Whether a name is one by digest. */
export function isCanonical(name: Reference): boolean {
  return name.digest !== undefined;
}

/** Whether two names are of one repository. */
export function sameRepository(a: Reference, b: Reference): boolean {
  return repositoryOf(a) === repositoryOf(b);
}
