import { chmodSync, chownSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { System } from '../../base/errors.js';
import type { FileOwner } from '../../base/id-mapping.js';

/** Its group may pass through, nobody else. */
const MODE = 0o710;

/** The part of a data root for what is mapped to this root: layers are never shared with those that are not. */
export function remappedDataRoot(dataRoot: string, { uid, gid }: FileOwner): string {
  return join(dataRoot, `${uid}.${gid}`);
}

/**
 * Makes the data root and its part for a mapping, both to be passed through by the root of containers, and checks that
 * he gets there. @throws System in Docker's words
 */
export function makeRemappedDataRoot(dataRoot: string, root: FileOwner): void {
  const own = remappedDataRoot(dataRoot, root);
  for (const folder of [dataRoot, own]) {
    mkdirSync(folder, { recursive: true, mode: 0o711 });
    chownSync(folder, 0, root.gid);
    chmodSync(folder, MODE);
  }
  for (let path = dirname(dataRoot); path !== '/'; path = dirname(path)) {
    if (mayPass(path, root)) continue;
    throw new System(
      `a subdirectory in your graphroot path (${own}) restricts access to the remapped root uid/gid; please fix by allowing 'o+x' permissions on existing directories`,
    );
  }
}

function mayPass(path: string, { uid, gid }: FileOwner): boolean {
  const stat = statSync(path);
  if (stat.uid === uid) return (stat.mode & 0o100) !== 0;
  if (stat.gid === gid) return (stat.mode & 0o010) !== 0;
  return (stat.mode & 0o001) !== 0;
}
