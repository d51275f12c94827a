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
const MTAB = { path: 'etc/mtab', target: '/proc/mounts' } as const;

/**
 * What Docker lays below every container's root (moby, daemon/initlayer): the places of its mounts, also for a volume
 * that gets what the image has there, and what programs look for. By `/.dockerenv` they know that they are in a container.
 */
const contents: readonly { folder: string; folders: string[]; files: string[]; link?: true }[] = [
  { folder: '.', folders: ['proc', 'sys', 'dev', 'etc'], files: ['.dockerenv'] },
  { folder: 'dev', folders: ['pts', 'shm'], files: ['console'] },
  { folder: 'etc', folders: [], files: ['resolv.conf', 'hosts', 'hostname'], link: true },
];

/**
 * Makes what of it the image hasn't. The image's links are followed as the container does, out of its root none leads.
 * A container works without them too, so that a full disk is no reason to fail.
 */
export function layInitFiles(root: string, maps?: IdMaps): void {
  using top = Fd.open(root, O_PATH | O_DIRECTORY);
  for (const { folder, folders, files, link } of contents) {
    using place = openFolder(top, folder);
    if (!place) continue;
    const at = (name: string) => `/proc/self/fd/${place.number}/${name}`;
    for (const name of folders) make(at(name), maps, (path) => mkdirSync(path, 0o755));
    for (const name of files) make(at(name), maps, makeFile);
    if (link) make(at('mtab'), maps, (path) => symlinkSync(MTAB.target, path));
  }
}

/** Whether a file of a container's layer is the link that {@link layInitFiles} makes; it counts as nobody's. */
export function isInitLink(path: string, stat: BigIntStats): boolean {
  return path === MTAB.path && stat.isSymbolicLink() && stat.size === BigInt(MTAB.target.length);
}

function makeFile(path: string): void {
  closeSync(openSync(path, O_CREAT | O_EXCL | O_WRONLY, 0o755));
}

/** Undefined where something else is there, or a link to nowhere. */
function openFolder(root: Fd, path: string): Fd | undefined {
  try {
    return openConfined(root, path, { within: 'root', flags: O_PATH | O_DIRECTORY });
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return undefined;
    throw error;
  }
}

/** The root user of the container has it. */
function make(path: string, maps: IdMaps | undefined, by: (path: string) => void): void {
  try {
    by(path);
  } catch (error) {
    if (isErrno(error, 'EEXIST', 'ENOSPC', 'EDQUOT', 'EROFS')) return;
    throw error;
  }
  const owner = remappedRoot(maps);
  if (owner) lchownSync(path, owner.uid, owner.gid);
}
