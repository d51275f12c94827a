import { lstatSync } from 'node:fs';
import { rawPath } from '../../../../base/raw-name.js';
import { getXattr } from '../../../../native/xattr.js';
import type { Change } from '../../driver.js';
import { isWhiteout, opaqueFiles } from '../../extract/tree.js';
import { walk } from '../../walk.js';

/** What the upper folder of an overlay changes of the folders below it, topmost first. */
export async function overlayChanges(upper: string, lowers: readonly string[]): Promise<Change[]> {
  const changes: Change[] = [];
  for await (const { path, stat } of walk(upper)) {
    if (opaqueFiles.has(path.slice(path.lastIndexOf('/') + 1))) continue;
    const deleted = stat.isCharacterDevice() && stat.rdev === 0n;
    const Kind = deleted ? 2 : existsIn(lowers, path) ? 0 : 1;
    changes.push({ Path: `/${path}`, Kind });
  }
  return changes;
}

/** Whether the merged lower folders have `path`, with regard to whiteouts and opaque folders. */
function existsIn(lowers: readonly string[], path: string): boolean {
  for (const lower of lowers) {
    const state = stateIn(lower, path.split('/'));
    if (state !== 'unknown') return state === 'there';
  }
  return false;
}

/** What one layer says of a path; `unknown` leaves it to the layers below. */
function stateIn(lower: string, parts: readonly string[]): 'there' | 'gone' | 'unknown' {
  let at = lower;
  let opaque = false;
  for (const [i, part] of parts.entries()) {
    at += `/${part}`;
    const stat = lstatSync(rawPath(at), { throwIfNoEntry: false });
    if (stat === undefined) return opaque ? 'gone' : 'unknown';
    if (isWhiteout(stat)) return 'gone';
    if (i === parts.length - 1) return 'there';
    if (!stat.isDirectory()) return 'gone';
    opaque ||= isOpaque(at);
  }
  return 'unknown';
}

/** Whether a folder of a layer hides what is in folders of its path below. */
export function isOpaque(folder: string): boolean {
  return getXattr(rawPath(folder), 'trusted.overlay.opaque')?.toString() === 'y';
}
