import { check, isErrno, libc } from './libc.js';

const c = {
  get: libc.fn<(fd: number, name: string, value: Uint8Array, size: number) => number>(
    'int64_t fgetxattr(int fd, const char *name, void *value, size_t size)',
  ),
  set: libc.fn<
    (fd: number, name: string, value: Uint8Array, size: number, flags: number) => number
  >('int fsetxattr(int fd, const char *name, const void *value, size_t size, int flags)'),
};

/** Longer values than a capability's are read in a second try (linux/limits.h, XATTR_SIZE_MAX). */
const sizes = [256, 65536];

/** An extended attribute of an open file, or undefined if it has no such attribute (xattr(7)). @throws SyscallError */
export function getFdXattr(fd: number, name: string): Buffer | undefined {
  for (const size of sizes) {
    const buffer = Buffer.alloc(size);
    try {
      const length = check('fgetxattr', Number(c.get(fd, name, buffer, size)), name);
      return buffer.subarray(0, length);
    } catch (error) {
      if (isErrno(error, 'ENODATA')) return undefined;
      if (!isErrno(error, 'ERANGE')) throw error;
    }
  }
  return undefined;
}

/** Sets an extended attribute of an open file. @throws SyscallError */
export function setFdXattr(fd: number, name: string, value: Uint8Array): void {
  check('fsetxattr', c.set(fd, name, value, value.length, 0), name);
}
