import { lstatSync, readlinkSync, statfsSync } from 'node:fs';
import { join, relative } from 'node:path/posix';
import { InvalidParameter } from '../../base/errors.js';
import { isErrno } from '../../native/libc.js';

/** A mount that a user asks for. */
export interface WantedMount {
  /** Empty: a new file system. */
  readonly source: string;
  readonly destination: string;
}

/** linux/magic.h */
const PROC_SUPER_MAGIC = 0x9fa0;
/** As many links as the kernel follows (path_resolution(7)). */
const MAX_LINKS = 40;

/** Files of /proc that may be replaced, as lxcfs does it: runc's list. */
const replaceable: readonly string[] = [
  'cpuinfo',
  'diskstats',
  'loadavg',
  'meminfo',
  'net/dev',
  'slabinfo',
  'stat',
  'swaps',
  'sys/crypto/fips_enabled',
  'sys/kernel/ns_last_pid',
  'uptime',
];

/**
 * Refuses mounts that would hide `/proc`: what the runtime writes there before the program runs would go astray
 * (CVE-2019-16884). Links of the image are followed, as they may lead there. runc does the same, crun does not.
 * @throws InvalidParameter in runc's words
 */
export function checkMountTargets(rootfs: string, mounts: readonly WantedMount[]): void {
  for (const { source, destination } of mounts) {
    const target = resolvedTarget(rootfs, destination);
    const inProc = relative('/proc', target);
    if (inProc.startsWith('..') || replaceable.includes(inProc)) continue;
    if (inProc !== '') {
      throw new InvalidParameter(
        `${JSON.stringify(destination)} cannot be mounted because it is inside /proc`,
      );
    }
    if (!isProc(source)) {
      throw new InvalidParameter(
        `${JSON.stringify(destination)} cannot be mounted because it is not of type proc`,
      );
    }
  }
}

/** Where a path of the container leads, as the container sees it; what isn't there yet is taken as it is written. */
export function resolvedTarget(rootfs: string, path: string): string {
  const pending = path.split('/');
  const done: string[] = [];
  let links = 0;
  for (let part = pending.shift(); part !== undefined; part = pending.shift()) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      done.pop();
      continue;
    }
    const link = linkAt(join(rootfs, ...done, part));
    if (link === undefined) {
      done.push(part);
      continue;
    }
    if (++links > MAX_LINKS) {
      throw new InvalidParameter(`too many links in the mount path ${JSON.stringify(path)}`);
    }
    if (link.startsWith('/')) done.length = 0;
    pending.unshift(...link.split('/'));
  }
  return join('/', ...done);
}

function linkAt(path: string): string | undefined {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

function isProc(source: string): boolean {
  if (source === '') return false;
  try {
    return statfsSync(source).type === PROC_SUPER_MAGIC;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return false;
    throw error;
  }
}
