import { type CPath, cPath, shownPath } from './cpath.js';
import { check, isErrno, libc } from './libc.js';

const c = {
  set: libc.fn<
    (path: CPath, name: string, value: Uint8Array, size: number, flags: number) => number
  >('int lsetxattr(const char *path, const char *name, const void *value, size_t size, int flags)'),
  get: libc.fn<(path: CPath, name: string, value: Uint8Array | null, size: number) => number>(
    'int64_t lgetxattr(const char *path, const char *name, void *value, size_t size)',
  ),
  list: libc.fn<(path: CPath, list: Uint8Array | null, size: number) => number>(
    'int64_t llistxattr(const char *path, char *list, size_t size)',
  ),
  remove: libc.fn<(path: CPath, name: string) => number>(
    'int lremovexattr(const char *path, const char *name)',
  ),
};

/** Largest value and largest list of names that the kernel handles (linux/limits.h). */
const XATTR_SIZE_MAX = 65536;
/** Enough for nearly every value; a longer one takes a second call. */
const USUAL_SIZE = 256;

/** Sets an extended attribute of the file itself, not of a symbolic link's target (xattr(7)). @throws SyscallError */
export function setXattr(path: CPath, name: string, value: Uint8Array | string): void {
  const bytes = Buffer.from(value);
  const result = c.set(cPath(path), name, bytes, bytes.length, 0);
  check('lsetxattr', result, `${shownPath(path)} ${name}`);
}

/** Its value, or undefined if the file has no such attribute. @throws SyscallError */
export function getXattr(path: CPath, name: string): Buffer | undefined {
  const raw = cPath(path);
  const subject = `${shownPath(path)} ${name}`;
  try {
    return readGrowing('lgetxattr', subject, (to, size) => c.get(raw, name, to, size));
  } catch (error) {
    if (isErrno(error, 'ENODATA')) return undefined;
    throw error;
  }
}

/** The names of all extended attributes of the file itself. @throws SyscallError */
export function listXattrs(path: CPath): string[] {
  const raw = cPath(path);
  const names = readGrowing('llistxattr', shownPath(path), (to, size) => c.list(raw, to, size));
  return names.toString('utf8').split('\0').slice(0, -1);
}

/** Removes an attribute; one that is not there is fine. @throws SyscallError */
export function removeXattr(path: CPath, name: string): void {
  try {
    check('lremovexattr', c.remove(cPath(path), name), `${shownPath(path)} ${name}`);
  } catch (error) {
    if (!isErrno(error, 'ENODATA')) throw error;
  }
}

function readGrowing(
  syscall: string,
  subject: string,
  read: (to: Uint8Array, size: number) => number,
): Buffer {
  const attempt = (size: number) => {
    const buffer = Buffer.alloc(size);
    const length = check(syscall, Number(read(buffer, size)), subject);
    return buffer.subarray(0, length);
  };
  try {
    return attempt(USUAL_SIZE);
  } catch (error) {
    if (!isErrno(error, 'ERANGE')) throw error;
    return attempt(XATTR_SIZE_MAX);
  }
}
