import { lstatSync, opendirSync, rmdirSync, unlinkSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

/** What is removed at once: some hundred microseconds' worth. */
const MAX_ENTRIES = 200;
/** The blocks of a large file take the kernel a while. */
const MAX_BYTES = 1024 * 1024;

/** What may still be removed at once. */
interface Budget {
  entries: number;
}

/**
 * Removes a folder with all that is in it, and follows no link; one that is gone is fine. Most are small, and each
 * trip to Node's thread pool, of which `rm` makes some for every level, takes longer than to remove one on this thread.
 * @throws ErrnoException
 */
export async function removeFolder(path: string): Promise<void> {
  const isFolder = lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  if (isFolder && removedAtOnce(path, { entries: MAX_ENTRIES })) return;
  await rm(path, { recursive: true, force: true });
}

/** False if something is left: there is too much, or `rm` shall say what is wrong. */
function removedAtOnce(folder: string, budget: Budget): boolean {
  try {
    using entries = opened(folder);
    for (let entry = entries.next(); entry; entry = entries.next()) {
      if (budget.entries-- === 0) return false;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!removedAtOnce(path, budget)) return false;
      } else if (lstatSync(path).size <= MAX_BYTES) unlinkSync(path);
      else return false;
    }
    rmdirSync(folder);
    return true;
  } catch {
    return false;
  }
}

/** Lists no more than it is asked for: a folder may have a million entries. */
function opened(folder: string) {
  const directory = opendirSync(folder);
  return {
    next: () => directory.readSync(),
    [Symbol.dispose]: () => directory.closeSync(),
  };
}
