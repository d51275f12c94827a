import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Namespaces as PinnedNamespaces } from '../../cnm/controller/parts.js';
import type { Namespaces } from '../../native/netns.js';

/** The namespaces that the daemon pins, all of them in one folder. */
export function pinnedNamespaces(namespaces: Namespaces, folder: string): PinnedNamespaces {
  mkdirSync(folder, { recursive: true, mode: 0o711 });
  return {
    make: (path) => namespaces.make(path),
    remove: (path) => namespaces.remove(path),
    pinned: () => readdirSync(folder).map((name) => join(folder, name)),
  };
}
