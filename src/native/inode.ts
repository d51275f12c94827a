import { type CPath, cPath, shownPath } from './cpath.js';
import { check, libc } from './libc.js';

const c = {
  mknod: libc.fn<(path: CPath, mode: number, device: bigint) => number>(
    'int mknod(const char *path, uint32_t mode, uint64_t dev)',
  ),
  utimensat: libc.fn<(dir: number, path: CPath, times: BigInt64Array, flags: number) => number>(
    'int utimensat(int dirfd, const char *path, const void *times, int flags)',
  ),
};

/** Kinds of file that mknod(2) makes, as the S_IF bits of the mode (inode(7)). */
const formats = { fifo: 0o010000, char: 0o020000, block: 0o060000, socket: 0o140000 } as const;
const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;
const NS_PER_SECOND = 1_000_000_000n;

/** A special file. */
export interface SpecialFile {
  readonly path: CPath;
  readonly kind: keyof typeof formats;
  /** Permission bits before the umask. */
  readonly mode: number;
  /** Device numbers of `char` and `block`; default 0:0, which as `char` is an overlay whiteout. */
  readonly major?: number;
  readonly minor?: number;
}

/** Makes a device, fifo or socket file (mknod(2)). @throws SyscallError EEXIST, EPERM, ... */
export function mknod({ path, kind, mode, major = 0, minor = 0 }: SpecialFile): void {
  const result = c.mknod(cPath(path), formats[kind] | mode, makeDevice(major, minor));
  check('mknod', result, shownPath(path));
}

/** The 64-bit dev_t of two numbers (makedev(3)): minor's low byte and major's low 12 bits are in the old places. */
export function makeDevice(major: number, minor: number): bigint {
  const [high, low] = [BigInt(major), BigInt(minor)];
  return (
    ((high & 0xfffff000n) << 32n) |
    ((high & 0xfffn) << 8n) |
    ((low & 0xffffff00n) << 12n) |
    (low & 0xffn)
  );
}

/** Major and minor number of a dev_t, such as `rdev` of a bigint stat. */
export function splitDevice(device: bigint): { major: number; minor: number } {
  return {
    major: Number(((device >> 32n) & 0xfffff000n) | ((device >> 8n) & 0xfffn)),
    minor: Number(((device >> 12n) & 0xffffff00n) | (device & 0xffn)),
  };
}

/**
 * Sets access and modification time of the file itself, not of a symbolic link's target (utimensat(2)), in
 * nanoseconds since 1970; may be negative. Node's own lutimes keeps microseconds at best. @throws SyscallError
 */
export function setTimes(path: CPath, accessedNs: bigint, modifiedNs: bigint): void {
  const times = BigInt64Array.of(...timespec(accessedNs), ...timespec(modifiedNs));
  const result = c.utimensat(AT_FDCWD, cPath(path), times, AT_SYMLINK_NOFOLLOW);
  check('utimensat', result, shownPath(path));
}

/** `struct timespec { i64 tv_sec; i64 tv_nsec; }`: the second part is never negative. */
function timespec(ns: bigint): [seconds: bigint, rest: bigint] {
  const rest = ((ns % NS_PER_SECOND) + NS_PER_SECOND) % NS_PER_SECOND;
  return [(ns - rest) / NS_PER_SECOND, rest];
}
