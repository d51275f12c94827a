import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { InvalidParameter, System, Unavailable } from '../../../base/errors.js';

/** Bytes in pieces. */
export type Bytes = AsyncIterable<Buffer>;

/** The first bytes of compressed data (gzip: RFC 1952, zstd: RFC 8878, xz, bzip2) and how it is undone. */
const formats: readonly { readonly magic: string; readonly undo: (source: Bytes) => Bytes }[] = [
  { magic: '1f8b', undo: gunzip },
  { magic: '28b52ffd', undo: (source) => filter('zstd', source) },
  { magic: 'fd377a585a00', undo: (source) => filter('xz', source) },
  { magic: '425a68', undo: (source) => filter('bzip2', source) },
];
const longestMagic = 6;

/** Whether data that begins so is of a format that {@link decompressed} undoes, or is too short to tell. */
export function mayBePacked(head: Buffer): boolean {
  const start = head.toString('hex', 0, longestMagic);
  return head.length < longestMagic || formats.some(({ magic }) => start.startsWith(magic));
}

/**
 * The plain content of what may be compressed with gzip, zstd, xz or bzip2. All but gzip need the
 * program of that name. @throws Unavailable without it
 */
export async function* decompressed(source: Bytes): Bytes {
  const rest = source[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (head.length < longestMagic) {
    const { done, value } = await rest.next();
    if (done === true) break;
    head = Buffer.concat([head, value]);
  }
  const whole = concatenated(head, rest);
  const format = formats.find(({ magic }) => head.toString('hex', 0, magic.length / 2) === magic);
  yield* format === undefined ? whole : format.undo(whole);
}

async function* concatenated(head: Buffer, rest: AsyncIterator<Buffer>): Bytes {
  try {
    yield head;
    yield* { [Symbol.asyncIterator]: () => rest };
  } finally {
    await rest.return?.();
  }
}

async function* gunzip(source: Bytes): Bytes {
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  // Its errors reach us through the iteration, for pipeline destroys gunzip with them.
  const fed = pipeline(Readable.from(source), gunzip).catch(() => {});
  try {
    yield* gunzip;
  } catch (error) {
    const bad = error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
    throw bad ? new InvalidParameter('damaged gzip data', { cause: error }) : error;
  }
  await fed;
}

async function* filter(program: string, source: Bytes): Bytes {
  const child = spawn(program, ['-dc'], { stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = once(child, 'close').catch((error: unknown) => {
    throw new Unavailable(
      `this archive is compressed with ${program}, and that program is not installed`,
      {
        cause: error,
      },
    );
  });
  let complaint = '';
  child.stderr.on('data', (text: Buffer) => {
    complaint += text.toString();
  });
  const feeding = { failed: undefined as unknown };
  const fed = pipeline(Readable.from(source), child.stdin).catch((error: unknown) => {
    feeding.failed = error;
  });
  try {
    yield* child.stdout;
    const [code] = await ended;
    await fed;
    if (code !== 0)
      throw new InvalidParameter(`${program} can't decompress the archive: ${complaint.trim()}`);
    if (feeding.failed !== undefined)
      throw new System('reading the archive', { cause: feeding.failed });
  } finally {
    child.kill();
    await ended.catch(() => {});
  }
}
