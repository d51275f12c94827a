import { closeSync, constants, ftruncateSync, openSync, writeSync } from 'node:fs';
import { rawPath } from '../../../base/raw-name.js';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
/** Looked at together: a hole is worth it from here on. */
const step = 64 * 1024;
const zeros = Buffer.alloc(step);

/** A new file that is written from its beginning to its end. Long runs of zeros become holes. */
export class FileWriter {
  readonly #fd: number;
  #at = 0;
  /** Ends in a hole, which must be made good by its length. */
  #isShort = false;

  /** @throws if there is anything at `path` already */
  constructor(path: string) {
    this.#fd = openSync(rawPath(path), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  }

  write(chunk: Buffer): void {
    let from = 0;
    for (let at = 0; at + step <= chunk.length; at += step) {
      if (!isZero(chunk.subarray(at, at + step))) continue;
      this.#put(chunk.subarray(from, at));
      from = at + step;
      this.#at += step;
      this.#isShort = true;
    }
    this.#put(chunk.subarray(from));
  }

  /** A hole. */
  skip(bytes: number): void {
    this.#at += bytes;
    this.#isShort = true;
  }

  close(): void {
    try {
      if (this.#isShort) ftruncateSync(this.#fd, this.#at);
    } finally {
      closeSync(this.#fd);
    }
  }

  #put(bytes: Buffer): void {
    if (bytes.length === 0) return;
    for (let at = 0; at < bytes.length; )
      at += writeSync(this.#fd, bytes, at, bytes.length - at, this.#at + at);
    this.#at += bytes.length;
    this.#isShort = false;
  }
}

/** The first byte tells it of nearly every piece. */
function isZero(piece: Buffer): boolean {
  return piece[0] === 0 && piece.equals(zeros);
}
