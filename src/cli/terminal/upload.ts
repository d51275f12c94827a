import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import type { Terminal } from '../command.js';
import { Failure } from '../failure.js';
import { openFailure } from '../parse/user-file.js';

/** The bytes of a file, or of stdin if the path is '' or `-`. @throws Failure in Docker's words */
export async function openUpload(
  path: string,
  { stdin }: Terminal,
): Promise<AsyncIterable<Uint8Array>> {
  if (path === '' || path === '-') return stdin;
  try {
    await access(path);
  } catch (error) {
    throw new Failure(openFailure(path, error));
  }
  return createReadStream(path, { highWaterMark: 256 * 1024 });
}
