import { readFileSync, realpathSync, statSync } from 'node:fs';
import * as v from 'valibot';
import { InvalidParameter } from '../../base/errors.js';
import type { Digest } from '../storage/digest.js';
import { partsOf } from '../storage/extract/tree.js';

/** An image in an archive that was unpacked. */
export interface ArchivedImage {
  /** The configuration's JSON. */
  readonly config: string;
  /** Names to give it. */
  readonly names: readonly string[];
  /** The image that it was built on, if the archive says so. */
  readonly parent?: Digest | undefined;
  /** Its layers, lowest first. */
  readonly layers: readonly ArchivedLayer[];
}

/** A layer in an archive that was unpacked. */
export interface ArchivedLayer {
  /** A file of ours. */
  readonly file: string;
  /** Of the file as it is, maybe compressed. */
  readonly digest?: Digest;
}

/** Documents in an archive are not longer than this; a configuration has a few kB. */
const longestDocument = 4 << 20;

/** The folder that an archive was unpacked to, read with distrust: it may contain links to anywhere. */
export class ArchiveFolder {
  readonly #root: string;

  constructor(root: string) {
    this.#root = realpathSync(root);
  }

  /** The regular file of this name. Links count if they stay inside, as old archives share layers by links. */
  find(name: string): string | undefined {
    const path = [this.#root, ...partsOf(name)].join('/');
    if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
    const real = realpathSync(path);
    if (!real.startsWith(`${this.#root}/`))
      throw new InvalidParameter(`the archive's ${JSON.stringify(name)} leads out of it`);
    return real;
  }

  /** The same. @throws InvalidParameter if it isn't there */
  file(name: string): string {
    const path = this.find(name);
    if (path === undefined) throw new InvalidParameter(`the archive lacks ${JSON.stringify(name)}`);
    return path;
  }

  /** The text of a file. @throws InvalidParameter */
  text(name: string): string {
    const path = this.file(name);
    if (statSync(path).size > longestDocument)
      throw new InvalidParameter(`the archive's ${JSON.stringify(name)} is too long`);
    return readFileSync(path, 'utf8');
  }

  /** A JSON document. @throws InvalidParameter if it isn't as the schema says */
  json<T>(name: string, schema: v.GenericSchema<unknown, T>): T {
    try {
      return v.parse(schema, JSON.parse(this.text(name)));
    } catch (cause) {
      throw new InvalidParameter(`can't read the archive's ${JSON.stringify(name)}`, { cause });
    }
  }
}
