import { rawPath } from '../../../base/raw-name.js';
import { mknod, setTimes } from '../../../native/inode.js';
import { isErrno } from '../../../native/libc.js';
import { setXattr } from '../../../native/xattr.js';
import type { NodeMaker } from './unpacker.js';

/** The kernel's own. */
export const kernelNodes: NodeMaker = {
  makeNode: (path, kind, major, minor) =>
    mknod({ path: rawPath(path), kind, mode: 0o600, major, minor }),
  setTimes: (path, ns) => setTimes(rawPath(path), ns, ns),
  setXattr(path, name, value) {
    try {
      setXattr(rawPath(path), name, value);
      return true;
    } catch (error) {
      // EPERM: `user.*` on links and devices.
      if (isErrno(error, 'ENOTSUP', 'EOPNOTSUPP', 'EPERM') && !name.startsWith('trusted.'))
        return false;
      throw error;
    }
  },
};
