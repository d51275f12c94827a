import { once } from 'node:events';
import { lstatSync, type Stats, statSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Terminal } from '../command.js';
import { Failure } from '../failure.js';

/**
 * Writes bytes to a file, or to stdout if `path` is ''. The file is the user's alone, and has its name only once it
 * is complete. `failure`: what messages about the path begin with.
 * @throws Failure if stdout is a terminal, or the path can't be written
 */
export async function saveBytes(
  bytes: () => Promise<AsyncIterable<Buffer>>,
  { path, failure }: { path: string; failure: string },
  { stdout }: Terminal,
): Promise<void> {
  if (path === '') {
    if (stdout.isTTY)
      throw new Failure('cowardly refusing to save to a terminal. Use the -o flag or redirect');
    for await (const part of await bytes()) if (!stdout.write(part)) await once(stdout, 'drain');
    return;
  }
  const problem = pathProblem(path);
  if (problem !== undefined) throw new Failure(`${failure}: ${problem}`);
  const temporary = `${path}.tmp-${process.pid}`;
  const remove = () => rm(temporary, { force: true });
  const interrupted = () => void remove().finally(() => process.exit(130));
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    const source = await bytes();
    await writeFile(await open(temporary, 'w', 0o600), source);
    await rename(temporary, path);
  } catch (error) {
    await remove();
    throw error;
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
  }
}

async function writeFile(file: FileHandle, source: AsyncIterable<Buffer>): Promise<void> {
  try {
    for await (const part of source) await file.writeFile(part);
  } finally {
    await file.close();
  }
}

const kinds: readonly [is: (stats: Stats) => boolean, what: string][] = [
  [(stats) => stats.isDirectory(), 'directory'],
  [(stats) => stats.isSymbolicLink(), 'symbolic link directly'],
  [(stats) => stats.isFIFO(), 'named pipe (FIFO)'],
  [(stats) => stats.isSocket(), 'socket'],
  [(stats) => stats.isCharacterDevice(), 'character device file'],
  [(stats) => stats.isBlockDevice(), 'block device file'],
];

/** Why there can't be a file of this name, in Docker's words; undefined if there can. */
function pathProblem(path: string): string | undefined {
  const folder = dirname(path);
  const around = statSync(folder, { throwIfNoEntry: false });
  if (!around) return `invalid output path: stat ${folder}: no such file or directory`;
  if (!around.isDirectory()) return `invalid output path: stat ${folder}: not a directory`;
  const there = lstatSync(path, { throwIfNoEntry: false });
  const kind = there && kinds.find(([is]) => is(there))?.[1];
  return kind === undefined ? undefined : `cannot write to a ${kind}`;
}
