import { Fd, O_CLOEXEC } from './fd.js';
import { check, libc } from './libc.js';

const openat2 = libc.fn<
  (number: number, dir: number, path: string, how: BigUint64Array, size: number) => number
>('int64_t syscall(int64_t number, int dirfd, const char *path, const void *how, uint64_t size)');
/** The same number on every architecture. */
const SYS_openat2 = 437;
/** linux/openat2.h */
const RESOLVE = { noMagicLinks: 0x02, beneath: 0x08, inRoot: 0x10 };

/**
 * How a path is followed from a folder. `beneath`: links are followed as long as none leads out, an absolute one or one
 * too many `..` is refused with EXDEV. `root`: the folder counts as `/`, so no link and no `..` leads out of it.
 */
export type Confinement = 'beneath' | 'root';

/**
 * Opens a path that can't leave a folder, whatever others do to its links meanwhile (openat2(2), Linux 5.6). Always
 * close-on-exec; `flags` as of `fs.constants`. @throws SyscallError EXDEV, ENOENT, ...
 */
export function openConfined(
  folder: Fd,
  path: string,
  { within, flags }: { within: Confinement; flags: number },
): Fd {
  const resolve = (within === 'root' ? RESOLVE.inRoot : RESOLVE.beneath) | RESOLVE.noMagicLinks;
  // struct open_how { u64 flags, mode, resolve; }
  const how = BigUint64Array.of(BigInt(flags | O_CLOEXEC), 0n, BigInt(resolve));
  const result = openat2(SYS_openat2, folder.number, path, how, how.byteLength);
  return new Fd(check('openat2', Number(result), path));
}
