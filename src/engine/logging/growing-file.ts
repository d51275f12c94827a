import { type FSWatcher, read, watch } from 'node:fs';
import { promisify } from 'node:util';
import { whenSettled } from '../../base/settling.js';
import type { OpenLogFile } from './log-files.js';
import type { LogReading } from './log-source.js';

const BLOCK = 256 * 1024;
/** Some file systems don't tell of changes. */
const POLL_MS = 1000;

const readAt = promisify(read);

/** When to stop reading. */
export interface ReadLimits {
  /** Whether to wait for more at the end of the last file. */
  readonly follow: boolean;
  /** No more will be written once this has resolved. */
  readonly ended: Promise<unknown>;
  readonly signal: AbortSignal;
}

/** A place in a log. */
export interface LogPlace {
  /** Which of its files. */
  readonly file: number;
  readonly offset: number;
}

/** What is found in a log: bytes, where a file ends, and where nothing more is there for now. */
export type LogPiece = Buffer | 'end of file' | 'pause';

/**
 * The content of a log from a place on. Without `follow` up to where it ends now; with it also what is written
 * later, in this file and those after it, until the end or the abort.
 */
export async function* growingContent(
  log: LogReading,
  from: LogPlace,
  limits: ReadLimits,
): AsyncGenerator<LogPiece> {
  const last = limits.follow ? Number.POSITIVE_INFINITY : log.count - 1;
  using changes = new LogChanges(log, limits);
  for (let at = from.file; at <= last && !limits.signal.aborted; at++) {
    log.begin(at);
    const file = await log.plain(at);
    if (!file && at >= log.count) return;
    if (!file) continue;
    const start = at === from.file ? from.offset : 0;
    const end = limits.follow ? Number.POSITIVE_INFINITY : log.sizeAtOpening(file);
    const isOver = () => changes.areOver || log.count > at + 1;
    yield* fileContent({ file, start, end, isOver }, changes, limits);
    yield 'end of file';
    if (log.count === at + 1) return;
  }
}

interface Section {
  readonly file: OpenLogFile;
  readonly start: number;
  readonly end: number;
  /** Whether nothing more will be written to it. */
  readonly isOver: () => boolean;
}

async function* fileContent(
  { file: { fd, path }, start, end, isOver }: Section,
  changes: LogChanges,
  { follow, signal }: ReadLimits,
): AsyncGenerator<Buffer | 'pause'> {
  changes.watch(path);
  let at = start;
  while (!signal.aborted && at < end) {
    // Asked before the read: what was written before the end is there for a read after it.
    const isLast = !follow || isOver();
    const block = Buffer.allocUnsafe(BLOCK);
    const { bytesRead } = await readAt(fd, block, 0, Math.min(BLOCK, end - at), at);
    at += bytesRead;
    if (bytesRead > 0) yield block.subarray(0, bytesRead);
    else if (isLast) return;
    else {
      yield 'pause';
      await changes.next();
    }
  }
}

/** Tells when a log may have grown. Nothing of it keeps the process alive. */
class LogChanges implements Disposable {
  readonly #follow: boolean;
  readonly #poll: NodeJS.Timeout | undefined;
  readonly #ended: Disposable | undefined;
  #watcher: FSWatcher | undefined;
  #over = false;
  #changed = false;
  #wake = () => {};

  constructor(log: LogReading, { follow, ended, signal }: ReadLimits) {
    this.#follow = follow;
    if (!follow) return;
    const finish = () => {
      this.#over = true;
      this.#notify();
    };
    log.onNext = () => this.#notify();
    this.#poll = setInterval(() => this.#notify(), POLL_MS).unref();
    this.#ended = whenSettled(ended, finish);
    signal.addEventListener('abort', finish, { once: true });
  }

  get areOver(): boolean {
    return this.#over;
  }

  /** The file that is read now. */
  watch(path: string): void {
    this.#watcher?.close();
    this.#watcher = this.#follow ? tryWatch(path, () => this.#notify()) : undefined;
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
    this.#ended?.[Symbol.dispose]();
  }

  #notify(): void {
    this.#changed = true;
    this.#wake();
  }
}

/** Without inotify watches (their number is limited) the poll has to do. */
function tryWatch(path: string, notify: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(path, { persistent: false }, notify);
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}
