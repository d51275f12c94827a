import { type FSWatcher, watch } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';

const BLOCK = 64 * 1024;
/** Some file systems don't tell of changes. */
const POLL_MS = 1000;

/** When to stop reading a file. */
export interface ReadLimits {
  /** Whether to wait for more at the end of the file. */
  readonly follow: boolean;
  /** No more will be written once this has resolved. */
  readonly ended: Promise<unknown>;
  readonly signal: AbortSignal;
}

/** What is to be read of a file. */
export interface Section {
  readonly path: string;
  readonly start: number;
  /** What comes behind it, also while it is read, is left out. */
  readonly end: number;
}

/** The content of a section; with `follow` also what is written later, until the end or the abort. */
export async function* growingContent(
  file: FileHandle,
  { path, start, end }: Section,
  limits: ReadLimits,
): AsyncGenerator<Buffer> {
  using changes = new FileChanges(path, limits);
  let at = start;
  while (!limits.signal.aborted && at < end) {
    // Asked before the read: what was written before the end is there for a read after it.
    const isLast = !limits.follow || changes.areOver;
    const block = Buffer.allocUnsafe(BLOCK);
    const { bytesRead } = await file.read(block, 0, Math.min(BLOCK, end - at), at);
    at += bytesRead;
    if (bytesRead > 0) yield block.subarray(0, bytesRead);
    else if (isLast) return;
    else await changes.next();
  }
}

/** Tells when a file may have grown. */
class FileChanges implements Disposable {
  readonly #watcher: FSWatcher | undefined;
  readonly #poll: NodeJS.Timeout | undefined;
  #over = false;
  #changed = false;
  #wake = () => {};

  constructor(path: string, { follow, ended, signal }: ReadLimits) {
    if (!follow) return;
    const notify = () => {
      this.#changed = true;
      this.#wake();
    };
    const finish = () => {
      this.#over = true;
      notify();
    };
    this.#watcher = tryWatch(path, notify);
    this.#poll = setInterval(notify, POLL_MS);
    ended.then(finish, finish);
    signal.addEventListener('abort', finish, { once: true });
  }

  get areOver(): boolean {
    return this.#over;
  }

  /** Resolves at the next change, or at once if there was one since the last call. */
  async next(): Promise<void> {
    if (!this.#changed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#changed = false;
  }

  [Symbol.dispose](): void {
    this.#watcher?.close();
    clearInterval(this.#poll);
  }
}

/** Without inotify watches (their number is limited) the poll has to do. */
function tryWatch(path: string, notify: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(path, notify);
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}
