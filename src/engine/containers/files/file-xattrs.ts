import type { IdMaps } from '../../../base/id-mapping.js';
import { getFdXattr, setFdXattr } from '../../../native/fd-xattr.js';
import { isErrno } from '../../../native/libc.js';
import { CAPABILITY_XATTR, capabilityInArchive } from '../../storage/file-capabilities.js';

/** The attributes of an open file that archives carry: its capabilities, as with Docker. */
export function fileXattrs(fd: number, maps: IdMaps | undefined): ReadonlyMap<string, Buffer> {
  const value = quietly(() => getFdXattr(fd, CAPABILITY_XATTR));
  return new Map(value === undefined ? [] : [[CAPABILITY_XATTR, capabilityInArchive(value, maps)]]);
}

/**
 * Gives an open file what an archive says of it. Overlay's own marks and other attributes that a container could not
 * set are left out: they would change what the container sees of other layers.
 */
export function setFileXattrs(fd: number, xattrs: ReadonlyMap<string, Buffer>): void {
  for (const [name, value] of xattrs) {
    const allowed = name === CAPABILITY_XATTR || name.startsWith('user.');
    if (allowed && !name.startsWith('user.overlay.')) quietly(() => setFdXattr(fd, name, value));
  }
}

/** Undefined where the file system has no attributes. */
function quietly<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    if (isErrno(error, 'ENOTSUP', 'EOPNOTSUPP', 'EPERM')) return undefined;
    throw error;
  }
}
