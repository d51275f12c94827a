/** Contexts in Docker's own files: `contexts/meta/HASH/meta.json` and `contexts/tls/HASH/docker/*.pem`. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openFailure } from '../parse/user-file.js';
import { writePrivate } from './settings.js';

/** Docker's `meta.json`. What other programs keep in it stays there. */
export interface ContextMeta {
  readonly Name: string;
  readonly Metadata: { readonly Description?: string } & Readonly<Record<string, unknown>>;
  readonly Endpoints: {
    readonly docker?: { readonly Host?: string; readonly SkipTLSVerify?: boolean };
  } & Readonly<Record<string, unknown>>;
}

/** Contents of PEM files by their names in the store. */
export type TlsMaterial = Readonly<Partial<Record<TlsFile, Buffer>>>;
/** The files of a context's certificates, by docker's names. */
export const tlsFiles = ['ca.pem', 'cert.pem', 'key.pem'] as const;
export type TlsFile = (typeof tlsFiles)[number];

const goodName = /^[a-zA-Z0-9][a-zA-Z0-9_.+-]+$/;

/** @throws Error in Docker's words for a name that no context can have */
export function checkContextName(name: string): void {
  if (name === 'default') throw new Error('"default" is a reserved context name');
  if (goodName.test(name)) return;
  throw new Error(
    `context name ${JSON.stringify(name)} is invalid, names are validated against regexp "${goodName.source}"`,
  );
}

/** The contexts of one user. */
export class ContextStore {
  readonly #folder: string;

  /** `folder` is that of the user's settings. */
  constructor(folder: string) {
    this.#folder = join(folder, 'contexts');
  }

  /** All contexts, by name. */
  list(): ContextMeta[] {
    const folder = join(this.#folder, 'meta');
    const entries = existsSync(folder) ? readdirSync(folder) : [];
    const paths = entries.map((entry) => join(folder, entry, 'meta.json')).filter(existsSync);
    return paths.map(readMeta).sort((a, b) => (a.Name < b.Name ? -1 : 1));
  }

  has(name: string): boolean {
    return existsSync(join(this.metaFolder(name), 'meta.json'));
  }

  /** @throws Error in Docker's words if there is none of the name */
  get(name: string): ContextMeta {
    try {
      return readMeta(join(this.metaFolder(name), 'meta.json'));
    } catch (error) {
      throw new Error(
        `context ${JSON.stringify(name)}: context not found: ${openFailure(join(this.metaFolder(name), 'meta.json'), error)}`,
      );
    }
  }

  /** Certificates for Docker's endpoint. */
  tls(name: string): TlsMaterial {
    const folder = join(this.tlsFolder(name), 'docker');
    const files = tlsFiles.filter((file) => existsSync(join(folder, file)));
    return Object.fromEntries(files.map((file) => [file, readFileSync(join(folder, file))]));
  }

  /** Writes a context; certificates that are not there are taken away. */
  put(meta: ContextMeta, tls: TlsMaterial): void {
    checkContextName(meta.Name);
    rmSync(this.tlsFolder(meta.Name), { recursive: true, force: true });
    for (const [file, bytes] of Object.entries(tls)) {
      writePrivate(join(this.tlsFolder(meta.Name), 'docker', file), bytes);
    }
    writePrivate(join(this.metaFolder(meta.Name), 'meta.json'), JSON.stringify(meta), 0o644);
  }

  remove(name: string): void {
    for (const folder of [this.metaFolder(name), this.tlsFolder(name)]) {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  metaFolder(name: string): string {
    return join(this.#folder, 'meta', hash(name));
  }

  tlsFolder(name: string): string {
    return join(this.#folder, 'tls', hash(name));
  }
}

function hash(name: string): string {
  return createHash('sha256').update(name).digest('hex');
}

function readMeta(path: string): ContextMeta {
  return parseMeta(readFileSync(path, 'utf8'));
}

/** Reads a `meta.json`; what is missing is empty. @throws Error if it is no JSON object */
export function parseMeta(text: string): ContextMeta {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) throw new Error('not the metadata of a context');
  return { Name: '', Metadata: {}, Endpoints: {}, ...value };
}
