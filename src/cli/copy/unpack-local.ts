import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { posix } from 'node:path';
import { rawPath } from '../../base/raw-name.js';
import type { TarEntry } from '../../base/tar/entry.js';
import { TarReader, type TarSink } from '../../base/tar/reader.js';
import { Failure } from '../failure.js';

/** Gives an entry another name; the names of hard links' other ends too. */
export type Rename = (name: string) => string;

/** The letters of mknod(1). */
const letters = { character: 'c', block: 'b', fifo: 'p' } as const;

/**
 * Unpacks a tar into a folder of this machine. The files belong to who runs this. Nothing is written outside of the
 * folder, and nothing through a link: an archive comes from a container, which nobody need trust.
 * @throws Failure
 */
export async function unpackLocal(
  source: AsyncIterable<Buffer>,
  folder: string,
  rename: Rename,
): Promise<void> {
  const sink = new LocalSink(folder, rename);
  const reader = new TarReader(sink);
  for await (const chunk of source) reader.write(chunk);
  reader.end();
  sink.finish();
}

class LocalSink implements TarSink {
  readonly #folder: string;
  readonly #rename: Rename;
  #file: { readonly fd: number; readonly entry: TarEntry } | undefined;
  /** Times of folders come last: what is made in them changes them. */
  readonly #times = new Map<string, number>();

  constructor(folder: string, rename: Rename) {
    this.#folder = posix.resolve(folder);
    this.#rename = rename;
  }

  entry(entry: TarEntry): void {
    const path = this.#placeOf(this.#rename(entry.name));
    if (path === this.#folder) return;
    this.#makeParents(path);
    const merges = this.#makeWay(path, entry.type === 'directory');
    this.#make(entry, path, merges);
    if (entry.type === 'directory') this.#times.set(path, entry.mtime);
  }

  data(chunk: Buffer): void {
    if (this.#file === undefined) return;
    for (let at = 0; at < chunk.length; ) at += fs.writeSync(this.#file.fd, chunk, at);
  }

  end(): void {
    if (this.#file === undefined) return;
    const { fd, entry } = this.#file;
    this.#file = undefined;
    fs.fchmodSync(fd, entry.mode);
    fs.futimesSync(fd, dateOf(entry.mtime), dateOf(entry.mtime));
    fs.closeSync(fd);
  }

  finish(): void {
    for (const [path, mtime] of this.#times)
      fs.lutimesSync(rawPath(path), dateOf(mtime), dateOf(mtime));
  }

  #placeOf(name: string): string {
    const path = posix.join(this.#folder, name).replace(/(?<=.)\/$/, '');
    const prefix = this.#folder === '/' ? '/' : `${this.#folder}/`;
    if (path !== this.#folder && !path.startsWith(prefix))
      throw new Failure(`${JSON.stringify(name)} is outside of ${JSON.stringify(this.#folder)}`);
    return path;
  }

  /** The folders above, each of them a real one. */
  #makeParents(path: string): void {
    const above = posix.dirname(path);
    if (above === this.#folder || path === '/') return;
    this.#makeParents(above);
    const stat = look(above);
    if (stat === undefined) fs.mkdirSync(rawPath(above), { mode: 0o755 });
    else if (stat.isSymbolicLink())
      throw new Failure(`refusing to write through the link ${JSON.stringify(above)}`);
    else if (!stat.isDirectory()) throw new Failure(`mkdir ${above}: not a directory`);
  }

  /** Takes away what is in the place of an entry; true if it is a folder that stays. */
  #makeWay(path: string, isFolder: boolean): boolean {
    const stat = look(path);
    if (stat === undefined) return false;
    if (stat.isDirectory() !== isFolder) {
      const [present, added] = isFolder
        ? ['non-directory', 'directory']
        : ['directory', 'non-directory'];
      throw new Failure(
        `cannot overwrite ${present} ${JSON.stringify(path)} with ${added} ${JSON.stringify(this.#folder)}`,
      );
    }
    if (!isFolder) fs.unlinkSync(rawPath(path));
    return isFolder;
  }

  #make(entry: TarEntry, path: string, merges: boolean): void {
    const raw = rawPath(path);
    const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = fs.constants;
    if (entry.type === 'file')
      this.#file = { fd: fs.openSync(raw, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600), entry };
    else if (entry.type === 'directory') {
      if (!merges) fs.mkdirSync(raw);
      fs.chmodSync(raw, entry.mode);
    } else if (entry.type === 'symlink') {
      fs.symlinkSync(rawPath(entry.linkName), raw);
      fs.lutimesSync(raw, dateOf(entry.mtime), dateOf(entry.mtime));
    } else if (entry.type === 'link') this.#link(entry, path);
    else makeNode(entry, path);
  }

  #link(entry: TarEntry, path: string): void {
    const source = this.#placeOf(this.#rename(entry.linkName));
    this.#makeParents(source);
    fs.linkSync(rawPath(source), rawPath(path));
  }
}

/** Node can't: the program of the system does it, where the user may. */
function makeNode(entry: TarEntry, path: string): void {
  if (entry.type !== 'character' && entry.type !== 'block' && entry.type !== 'fifo') return;
  const numbers = entry.type === 'fifo' ? [] : [String(entry.major), String(entry.minor)];
  const mode = `--mode=${entry.mode.toString(8)}`;
  try {
    execFileSync('mknod', [mode, path, letters[entry.type], ...numbers], { stdio: 'pipe' });
  } catch (error) {
    throw new Failure(error instanceof Error ? error.message.trim() : String(error));
  }
}

/** Node takes a negative number for the present, and a date as it is. */
function dateOf(seconds: number): Date {
  return new Date(seconds * 1000);
}

function look(path: string): fs.Stats | undefined {
  return fs.lstatSync(rawPath(path), { throwIfNoEntry: false });
}
