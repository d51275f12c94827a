import { closeSync, fstatSync, ftruncateSync, openSync, writeFileSync, writeSync } from 'node:fs';

/**
 * Puts other content into a file, which stays the same file: containers have it mounted. It is not emptied first,
 * because file systems take that for a file that must be on the disk when it is closed (ext4: auto_da_alloc), and
 * make the writer wait for it. One that isn't there is made.
 */
export function rewrite(path: string, text: string): void {
  const file = openForChange(path);
  if (file === undefined) {
    writeFileSync(path, text);
    return;
  }
  try {
    const bytes = overwriting(text, fstatSync(file).size);
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at, at);
    ftruncateSync(file, Buffer.byteLength(text));
  } finally {
    closeSync(file);
  }
}

/**
 * What is written over a file of `formerLength` bytes: of a longer text nothing may be left, in case the daemon is
 * killed before the rest is cut off. Empty lines mean nothing in any of these files.
 */
export function overwriting(text: string, formerLength: number): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([bytes, Buffer.alloc(Math.max(0, formerLength - bytes.length), '\n')]);
}

function openForChange(path: string): number | undefined {
  try {
    return openSync(path, 'r+');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
