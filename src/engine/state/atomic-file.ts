import { closeSync, fsync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

/*
 * Only the syncs wait for a disk, and only they are done on another thread: a record is a few kilobytes, which
 * the kernel takes in microseconds, and each trip to Node's thread pool costs ten times as much.
 */
const sync = promisify(fsync);

/** How far a change must have come before it counts as made. */
export interface Durability {
  /** True: on the disk, also after a power cut. False: whole for every reader, gone with the machine. */
  readonly durable: boolean;
}

/**
 * Puts `text` in place of the file at `path`. A reader, or a start after a crash, sees the old text or
 * the new one, never a part: it is written beside the file first and then renamed over it. Two calls
 * for one path must not overlap.
 */
export async function replaceFile(path: string, text: string, how: Durability): Promise<void> {
  const temporary = temporaryOf(path);
  const file = openSync(temporary, 'w', 0o600);
  try {
    writeFileSync(file, text);
    if (how.durable) await sync(file);
  } catch (error) {
    // A full disk: what is there of it would take room from others.
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
  if (how.durable) await syncFolder(dirname(path));
}

/** Removes the file at `path`; that it is gone already is fine. */
export async function removeFile(path: string, how: Durability): Promise<void> {
  rmSync(path, { force: true });
  if (how.durable) await syncFolder(dirname(path));
}

/** Whether a file name is one that {@link replaceFile} leaves behind when it is killed half-way. */
export function isTemporary(name: string): boolean {
  return name.endsWith('.tmp');
}

function temporaryOf(path: string): string {
  return `${path}.tmp`;
}

/** A new name in a folder survives a power cut only when the folder itself was synced. */
async function syncFolder(path: string): Promise<void> {
  const folder = openSync(path, 'r');
  try {
    await sync(folder);
  } finally {
    closeSync(folder);
  }
}
