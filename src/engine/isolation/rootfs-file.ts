import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  readlinkSync,
} from 'node:fs';
import { join } from 'node:path/posix';

/** Account files are small; what is larger is an attempt to eat our memory. */
const MAX_SIZE = 16 * 1024 * 1024;
/** As many links as the kernel follows (path_resolution(7)). */
const MAX_LINKS = 40;

/**
 * The text of a file of a container, seen from its root: links in it, also absolute ones and `..`, never lead
 * out of it. Empty if there is no such regular file.
 */
export function readRootfsFile(root: string, path: string): string {
  const resolved = resolveIn(root, path);
  if (resolved === undefined) return '';
  let fd: number;
  try {
    // A pipe or a device must not keep us waiting, a link that has just been put there not lead us away.
    fd = openSync(resolved, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  } catch {
    return '';
  }
  try {
    const stat = fstatSync(fd);
    return stat.isFile() && stat.size <= MAX_SIZE ? readFileSync(fd, 'utf8') : '';
  } finally {
    closeSync(fd);
  }
}

/** The host's name of a container's path with all links followed; undefined if it leads nowhere. */
export function resolveIn(root: string, path: string): string | undefined {
  const pending = partsOf(path);
  const done: string[] = [];
  let links = 0;
  for (let part = pending.shift(); part !== undefined; part = pending.shift()) {
    if (part === '..') {
      done.pop();
      continue;
    }
    const here = join(root, ...done, part);
    const stat = lstatSync(here, { throwIfNoEntry: false });
    if (!stat) return undefined;
    if (!stat.isSymbolicLink()) {
      done.push(part);
      continue;
    }
    if (++links > MAX_LINKS) return undefined;
    const target = readlinkSync(here);
    if (target.startsWith('/')) done.length = 0;
    pending.unshift(...partsOf(target));
  }
  return join(root, ...done);
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}
