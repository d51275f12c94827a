import { createReadStream, createWriteStream, renameSync, rmSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import type { LogLimits } from './limits.js';
import { fullPath, numberedFiles, numberedPath, removeDrafts, sizeOf } from './log-files.js';
import { copyPiece, pieceStarts } from './log-pieces.js';
import type { LogSource } from './log-source.js';

/** Has whoever writes the log begin its file anew. */
export type Reopen = () => Promise<void>;

/** How long the writer may take until its new file is there. */
const REOPEN_TRIES = 500;
const REOPEN_PAUSE_MS = 2;

/**
 * Keeps one log within its limits. What is written meanwhile is in one file or the other: the writer goes on with
 * the old one, under another name, until it has opened the new one.
 */
export class Rotation {
  readonly #source: LogSource;
  readonly #limits: LogLimits;

  constructor(source: LogSource, limits: LogLimits) {
    this.#source = source;
    this.#limits = limits;
  }

  /** Whether the file that is written has reached its limit. */
  get isDue(): boolean {
    const { maxBytes } = this.#limits;
    return maxBytes !== undefined && (sizeOf(this.#source.path) ?? 0) >= maxBytes;
  }

  /** After a start of the daemon: goes on with what another one had begun. */
  async recover(reopen: Reopen | undefined): Promise<void> {
    const { path } = this.#source;
    removeDrafts(path);
    if (sizeOf(fullPath(path)) === undefined) return;
    // It died before the writer was told: what it writes goes to the file that was put aside.
    if (sizeOf(path) === undefined && reopen) await this.#reopened(reopen);
    await this.#fileAway(fullPath(path));
  }

  /** Puts the file aside that is written. */
  async rotate(reopen: Reopen): Promise<void> {
    const { path } = this.#source;
    renameSync(path, fullPath(path));
    await this.#reopened(reopen);
    this.#source.begun();
    await this.#fileAway(fullPath(path));
  }

  /** The container has ended: nothing writes any more. */
  async finish(): Promise<void> {
    const { path } = this.#source;
    const { maxBytes } = this.#limits;
    if (maxBytes === undefined || !this.isDue) return;
    const last = pieceStarts(path, maxBytes).at(-1) ?? 0;
    if (last === 0) return;
    const size = sizeOf(path) ?? 0;
    renameSync(path, fullPath(path));
    await copyPiece(fullPath(path), `${path}.last`, { start: last, end: size });
    renameSync(`${path}.last`, path);
    await this.#fileAway(fullPath(path), last);
  }

  async #reopened(reopen: Reopen): Promise<void> {
    await reopen();
    for (let attempt = 0; attempt < REOPEN_TRIES; attempt++) {
      if (sizeOf(this.#source.path) !== undefined) return;
      await delay(REOPEN_PAUSE_MS);
    }
    throw new Error(`${this.#source.path} was not begun anew`);
  }

  /** Gives the file (up to `end`) its numbers, in pieces if it has grown far over the limit. */
  async #fileAway(full: string, end = sizeOf(full) ?? 0): Promise<void> {
    const { path } = this.#source;
    const kept = this.#limits.maxFiles - 1;
    const pieces = await this.#cut(full, end, kept);
    // All names change in one go: nobody sees a part of the log twice.
    for (const file of numberedFiles(path).reverse()) {
      const number = file.number + pieces.length;
      if (number > kept) rmSync(file.path, { force: true });
      else renameSync(file.path, numberedPath(path, number, file.isCompressed));
    }
    for (const [at, piece] of pieces.entries()) {
      renameSync(piece, numberedPath(path, pieces.length - at, false));
    }
    rmSync(full, { force: true });
    if (this.#limits.compress) await this.#compress();
  }

  /** The pieces that are kept, the oldest first. */
  async #cut(full: string, end: number, kept: number): Promise<string[]> {
    const { maxBytes } = this.#limits;
    if (kept === 0 || end === 0 || maxBytes === undefined) return [];
    const isWhole = end === sizeOf(full);
    const starts = end < 2 * maxBytes ? [0] : pieceStarts(full, maxBytes).filter((at) => at < end);
    if (starts.length === 1 && isWhole) return [full];
    const spans = starts.map((start, at) => ({ start, end: starts[at + 1] ?? end })).slice(-kept);
    const pieces: string[] = [];
    for (const [at, span] of spans.entries()) {
      const piece = `${this.#source.path}.piece${at}`;
      await copyPiece(full, piece, span);
      pieces.push(piece);
    }
    return pieces;
  }

  async #compress(): Promise<void> {
    for (const { path, isCompressed } of numberedFiles(this.#source.path)) {
      if (isCompressed) continue;
      const temporary = `${path}.part`;
      await pipeline(createReadStream(path), createGzip(), createWriteStream(temporary));
      renameSync(temporary, `${path}.gz`);
      rmSync(path, { force: true });
    }
  }
}
