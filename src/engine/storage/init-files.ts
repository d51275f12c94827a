import {
  type BigIntStats,
  closeSync,
  constants,
  lchownSync,
  mkdirSync,
  openSync,
  symlinkSync,
} from 'node:fs';
import { type IdMaps, remappedRoot } from '../../base/id-mapping.js';
import { Fd, O_PATH } from '../../native/fd.js';
import { isErrno } from '../../native/libc.js';
import { openConfined } from '../../native/openat2.js';

const { O_CREAT, O_DIRECTORY, O_EXCL, O_WRONLY } = constants;
/** Where C programs look up what is mounted (mntent.h, MOUNTED). */
const MTAB = { folder: 'etc', name: 'mtab', target: '/proc/mounts' } as const;

/**
 * Makes what Docker lays below every container's root, where the image hasn't it: `/.dockerenv`, by which programs know
 * that they are in a container, and `/etc/mtab`. The image's links are followed as the container does. Without them a
 * container works all the same, so that a full disk is no reason to fail.
 */
export function layInitFiles(root: string, maps?: IdMaps): void {
  using folder = Fd.open(root, O_PATH | O_DIRECTORY);
  const here = `/proc/self/fd/${folder.number}`;
  make(`${here}/.dockerenv`, maps, (path) =>
    closeSync(openSync(path, O_CREAT | O_EXCL | O_WRONLY, 0o755)),
  );
  using etc = openEtc(folder) ?? madeEtc(folder, maps);
  if (etc)
    make(`/proc/self/fd/${etc.number}/${MTAB.name}`, maps, (path) =>
      symlinkSync(MTAB.target, path),
    );
}

/** Whether a file of a container's layer is the link that {@link layInitFiles} makes; it counts as nobody's. */
export function isInitLink(path: string, stat: BigIntStats): boolean {
  const isThere = path === `${MTAB.folder}/${MTAB.name}`;
  return isThere && stat.isSymbolicLink() && stat.size === BigInt(MTAB.target.length);
}

function madeEtc(root: Fd, maps: IdMaps | undefined): Fd | undefined {
  const path = `/proc/self/fd/${root.number}/${MTAB.folder}`;
  return make(path, maps, (at) => mkdirSync(at, 0o755)) ? openEtc(root) : undefined;
}

function openEtc(root: Fd): Fd | undefined {
  try {
    return openConfined(root, MTAB.folder, { within: 'root', flags: O_PATH | O_DIRECTORY });
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return undefined;
    throw error;
  }
}

/** Whether it was made. The root user of the container has it. */
function make(path: string, maps: IdMaps | undefined, by: (path: string) => void): boolean {
  try {
    by(path);
  } catch (error) {
    if (isErrno(error, 'EEXIST', 'ENOSPC', 'EDQUOT', 'EROFS')) return false;
    throw error;
  }
  const owner = remappedRoot(maps);
  if (owner) lchownSync(path, owner.uid, owner.gid);
  return true;
}
