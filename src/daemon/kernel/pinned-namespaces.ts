import { mkdirSync, readdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Conflict } from '../../base/errors.js';
import type { Namespaces as PinnedNamespaces } from '../../cnm/controller/parts.js';
import { isNetns, type Namespaces } from '../../native/netns.js';
import type { UserNamespaces } from '../../native/userns.js';

/** Where namespaces are pinned: a folder for each kind, in which those of one container have one name. */
interface Folders {
  readonly network: string;
  readonly users: string;
}

/** Makes network namespaces that belong to user namespaces. */
type Remapped = Pick<UserNamespaces, 'make' | 'makeNetwork'>;

/**
 * The namespaces that the daemon pins, all of them in two folders. `remapped` makes those whose ids are mapped; absent
 * where none are.
 */
export function pinnedNamespaces(
  namespaces: Namespaces,
  folders: Folders,
  remapped?: Remapped,
): PinnedNamespaces {
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true, mode: 0o711 });
  const usersOf = (path: string) => join(folders.users, basename(path));
  return {
    make(network, wanted) {
      if (wanted === undefined || !remapped) {
        namespaces.make(network);
        return undefined;
      }
      const users = wanted === 'own' ? usersOf(network) : wanted;
      if (wanted === 'own') pin([network, users], () => remapped.make({ users, network }));
      else pin([network], () => remapped.makeNetwork({ users, network }));
      return users;
    },
    remove(path) {
      for (const file of [path, usersOf(path)]) namespaces.remove(file);
    },
    pinned() {
      const names = Object.values(folders).flatMap((folder) => readdirSync(folder));
      return [...new Set(names)].map((name) => join(folders.network, name));
    },
  };
}

/** Makes the files that `work` pins namespaces to, if it does. @throws Conflict if something is pinned there */
function pin(files: readonly string[], work: () => void): void {
  const there = files.find(isNetns);
  if (there !== undefined) throw new Conflict(`namespace ${there} already exists`);
  for (const file of files) writeFileSync(file, '', { mode: 0o444 });
  try {
    work();
  } catch (error) {
    for (const file of files) unlinkSync(file);
    throw error;
  }
}
