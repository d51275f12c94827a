import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

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
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.writeFile(text);
    if (how.durable) await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  if (how.durable) await syncFolder(dirname(path));
}

/** Removes the file at `path`; that it is gone already is fine. */
export async function removeFile(path: string, how: Durability): Promise<void> {
  await rm(path, { force: true });
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
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
