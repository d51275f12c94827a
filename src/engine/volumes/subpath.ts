import {
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmdirSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { InvalidParameter, messageOf, NotFound } from '../../base/errors.js';
import { Fd, O_PATH } from '../../native/fd.js';
import { isErrno } from '../../native/libc.js';
import { MS, mount, umount } from '../../native/mount.js';
import { openConfined } from '../../native/openat2.js';

/**
 * Shows a part of a volume at a path that nobody else can change, so that the runtime mounts what was looked at here:
 * links in the volume may lead wherever they like by then.
 * @throws NotFound if it isn't there; InvalidParameter if it leads out of the volume
 */
export function exposeSubpath(volume: string, subpath: string, at: string): void {
  using folder = Fd.open(volume, O_PATH | constants.O_DIRECTORY);
  using part = open(folder, volume, subpath);
  const isFolder = fstatSync(part.number).isDirectory();
  if (isFolder) mkdirSync(at, { recursive: true, mode: 0o700 });
  else {
    mkdirSync(join(at, '..'), { recursive: true, mode: 0o700 });
    writeFileSync(at, '', { mode: 0o600 });
  }
  mount({ source: `/proc/self/fd/${part.number}`, target: at, flags: MS.bind | MS.recursive });
}

/** Takes away what was exposed below a folder, and the folder; what isn't there is fine. */
export function hideSubpaths(below: string): void {
  for (const name of entries(below)) {
    try {
      umount(join(below, name), { lazy: true });
    } catch (error) {
      if (!isErrno(error, 'EINVAL', 'ENOENT')) throw error;
    }
  }
  // Not recursively: if something were still mounted, its files would be those of the volume.
  for (const name of entries(below)) removeEmpty(join(below, name));
  removeEmpty(below);
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    throw error;
  }
}

function removeEmpty(path: string): void {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat?.isDirectory()) rmdirSync(path);
  else if (stat) unlinkSync(path);
}

function open(folder: Fd, volume: string, subpath: string): Fd {
  try {
    return openConfined(folder, subpath, { within: 'beneath', flags: O_PATH });
  } catch (error) {
    if (isErrno(error, 'EXDEV')) {
      throw new InvalidParameter(
        `path concatenation escapes the base directory, base: ${volume}, subpath: ${subpath}`,
      );
    }
    throw new NotFound(`cannot access path ${join(volume, subpath)}: ${reason(error)}`);
  }
}

/** As Go says it: without the call, in lower case. */
function reason(error: unknown): string {
  const text = messageOf(error).replace(/^.*: /, '');
  return text.charAt(0).toLowerCase() + text.slice(1);
}
