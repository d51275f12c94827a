import { chownSync, statSync } from 'node:fs';
import { type FileOwner, hostOwner, type IdMaps } from '../../base/id-mapping.js';
import { isErrno } from '../../native/libc.js';

/** Standard input, output and errors. */
const streams = [0, 1, 2];

/**
 * Gives the pipes of a created container's process to its user, so that `/dev/stdout` can be opened by name. They belong
 * to the host's root, over whose files the root of a user namespace has no power: crun hands them over before it goes
 * there, runc tries it afterwards.
 */
export function handOverStreams(pid: number, user: FileOwner, maps: IdMaps): void {
  const { uid, gid } = hostOwner(maps, user);
  for (const stream of streams) {
    const path = `/proc/${pid}/fd/${stream}`;
    try {
      const stat = statSync(path);
      if (stat.isFIFO() && stat.uid !== uid) chownSync(path, uid, gid);
    } catch (error) {
      // It has ended, or has closed it.
      if (!isErrno(error, 'ENOENT', 'ESRCH')) throw error;
    }
  }
}
