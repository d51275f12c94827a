import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidParameter } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import { KeyedMutex } from '../../base/mutex.js';
import { remembered } from '../../base/remembered.js';
import { isTemporary, removeFile, replaceFile } from './atomic-file.js';

/** Objects of one type by key. Reads are synchronous; a write is done when its promise is. */
export interface ObjectStore<T> {
  /** The object of `key`, as last saved. */
  get(key: string): T | undefined;
  has(key: string): boolean;
  /** Every object; order is that of first saving, after a start that of the keys. */
  values(): T[];
  entries(): [string, T][];
  /** Stores `value`. Readers see it once it is safe on disk. @throws InvalidParameter for a bad key. */
  save(key: string, value: T): Promise<void>;
  /** Forgets `key`; one that isn't there is fine. Readers stop seeing it once the file is gone. */
  remove(key: string): Promise<void>;
}

/** What a store needs to know. */
export interface StoreOptions<T> {
  /** The folder that holds one `<key>.json` an object. Made if missing; nothing else belongs into it. */
  readonly folder: string;
  /** Checks what was read from a file. Throws when it isn't a `T`. */
  readonly decode: (value: unknown) => T;
  readonly logger: Logger;
  /**
   * Parts that are never changed in place: a change is another object. Their text is kept while they live, because a
   * container's settings may have ten thousand ports, and only its state differs from save to save.
   */
  readonly constant?: readonly [keyof T & string, ...(keyof T & string)[]];
}

/** How the name of a file ends that could not be read. */
const aside = '.json.corrupt';
// Also what volume and network names may be made of; no slash, no leading dot.
const goodKey = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,199}$/;

/**
 * One JSON file an object. A file that can't be read as a `T` is renamed to `<name>.corrupt` and
 * reported, and the rest goes on: one torn file must not keep the daemon from starting.
 */
export class JsonStore<T> implements ObjectStore<T> {
  readonly #options: StoreOptions<T> & { readonly durable: boolean };
  readonly #objects = new Map<string, T>();
  readonly #writes = new KeyedMutex();
  readonly #corrupt: string[] = [];
  readonly #setAside: string[] = [];

  /** Reads the whole folder. */
  constructor(options: StoreOptions<T> & { readonly durable: boolean }) {
    this.#options = options;
    mkdirSync(options.folder, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(options.folder).sort()) this.#load(name);
  }

  /** Keys of the records that could not be read, at this start or an earlier one; what they speak of may still be there. */
  get setAside(): readonly string[] {
    return this.#setAside;
  }

  /** Names of the files that were set aside at this start, with their new ending. */
  get corrupt(): readonly string[] {
    return this.#corrupt;
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  has(key: string): boolean {
    return this.#objects.has(key);
  }

  values(): T[] {
    return [...this.#objects.values()];
  }

  entries(): [string, T][] {
    return [...this.#objects];
  }

  async save(key: string, value: T): Promise<void> {
    const path = this.#pathOf(key);
    // The text is taken now: the caller may go on changing what it passed.
    const text = this.#textOf(value);
    await this.#writes.run(key, async () => {
      await replaceFile(path, text, this.#options);
      this.#objects.set(key, value);
    });
  }

  async remove(key: string): Promise<void> {
    const path = this.#pathOf(key);
    await this.#writes.run(key, async () => {
      await removeFile(path, this.#options);
      this.#objects.delete(key);
    });
  }

  /**
   * What is durable can be read by people; what isn't may be the plan of a thousand ports, and is written on the way
   * of each start.
   */
  #textOf(value: T): string {
    const { durable, constant } = this.#options;
    const indent = durable ? 1 : undefined;
    if (!constant) return `${JSON.stringify(value, undefined, indent)}\n`;
    const lines = Object.entries(value as object)
      .filter(([, part]) => part !== undefined)
      .map(([name, part]) => {
        const isConstant = isOneOf(constant, name) && typeof part === 'object' && part !== null;
        return `${JSON.stringify(name)}: ${isConstant ? constantText(part) : partText(part)}`;
      });
    return `{\n ${lines.join(',\n ')}\n}\n`;
  }

  #pathOf(key: string): string {
    if (!goodKey.test(key))
      throw new InvalidParameter(`${JSON.stringify(key)} can't name a record`);
    return join(this.#options.folder, `${key}.json`);
  }

  #load(name: string): void {
    const { folder, decode, logger } = this.#options;
    const path = join(folder, name);
    if (isTemporary(name)) rmSync(path, { force: true });
    if (name.endsWith(aside)) this.#setAside.push(name.slice(0, -aside.length));
    if (!name.endsWith('.json')) return;
    try {
      this.#objects.set(
        name.slice(0, -'.json'.length),
        decode(JSON.parse(readFileSync(path, 'utf8'))),
      );
    } catch (error) {
      renameSync(path, `${path}.corrupt`);
      this.#corrupt.push(`${name}.corrupt`);
      this.#setAside.push(name.slice(0, -'.json'.length));
      logger.error('a record could not be read and was set aside', {
        file: `${path}.corrupt`,
        error,
      });
    }
  }
}

/** The text of a part of a record, a step further in. */
function partText(part: unknown): string {
  return JSON.stringify(part, undefined, 1).replaceAll('\n', '\n ');
}

const constantText = remembered<object, string>(partText);

function isOneOf(names: readonly string[], name: string): boolean {
  return names.includes(name);
}
