import { statfsSync } from 'node:fs';

/** Magic numbers of file systems (linux/magic.h) and what Docker calls them. */
const names: Readonly<Record<number, string>> = {
  61267: 'extfs',
  1481003842: 'xfs',
  2435016766: 'btrfs',
  16914836: 'tmpfs',
  2035054128: 'overlayfs',
  1702057286: 'fuse',
  4076150800: 'f2fs',
  801189825: 'zfs',
  26985: 'nfs',
  3393526350: 'bcachefs',
};

/** What kind of file system a folder is on, as `docker info` says it. */
export function backingFileSystem(folder: string): string {
  return names[statfsSync(folder).type >>> 0] ?? '<unknown>';
}
