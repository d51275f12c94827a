import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import type { Terminal } from '../command.js';
import { Failure } from '../failure.js';

/**
 * Writes bytes to a file, or to stdout if `path` is ''. The file has its name only once it is complete.
 * @throws Failure if stdout is a terminal
 */
export async function saveBytes(
  bytes: () => Promise<AsyncIterable<Buffer>>,
  path: string,
  { stdout }: Terminal,
): Promise<void> {
  if (path === '') {
    if (stdout.isTTY)
      throw new Failure('cowardly refusing to save to a terminal. Use the -o flag or redirect');
    await writeAll(await bytes(), stdout);
    return;
  }
  const source = await bytes();
  const temporary = `${path}.tmp-${process.pid}`;
  const file = createWriteStream(temporary);
  try {
    await writeAll(source, file);
    file.end();
    await once(file, 'close');
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function writeAll(source: AsyncIterable<Buffer>, to: NodeJS.WritableStream): Promise<void> {
  for await (const part of source) if (!to.write(part)) await once(to, 'drain');
}
