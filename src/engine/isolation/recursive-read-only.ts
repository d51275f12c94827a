import { InvalidParameter } from '../../base/errors.js';
import type { BindMount } from './contract.js';
import type { Runtime } from './runtime.js';

/** The first versions of runtimes that know the mount option `rro` (their change logs), and of the kernel's call for it. */
const since: Readonly<Record<string, readonly [major: number, minor: number]>> = {
  crun: [1, 4],
  runc: [1, 1],
  kernel: [5, 12],
};

/** Which of kernel and runtime can't write-protect all mounts of a tree at once; undefined if both can. */
export function lacksRecursiveReadOnly(
  { name, version }: Pick<Runtime, 'name' | 'version'>,
  kernel: string,
): string | undefined {
  if (!isSince('kernel', kernel)) {
    return 'rro is not supported: mount_setattr(2) takes Linux 5.12 or newer';
  }
  const [, program = ''] = /^(crun|runc) version /.exec(version) ?? [];
  if (program !== '' && isSince(program, version)) return undefined;
  return `rro is not supported by runtime ${JSON.stringify(name)}`;
}

/**
 * Read-only binds as this kernel and runtime can have them. Below a file there are no mounts, and crun 1.8 can't bind one
 * with that option. @throws InvalidParameter if they can't as is required
 */
export function settledBinds(
  binds: readonly BindMount[],
  lack: string | undefined,
  isFolder: (path: string) => boolean,
): BindMount[] {
  return binds.map(({ recursiveReadOnly, ...bind }) => {
    if (!isFolder(bind.source)) return bind;
    if (lack === undefined) return { ...bind, ...(recursiveReadOnly && { recursiveReadOnly }) };
    if (recursiveReadOnly === 'required') throw new InvalidParameter(lack);
    return bind;
  });
}

function isSince(program: string, version: string): boolean {
  const [, major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(version) ?? []).map(Number);
  const [wantedMajor, wantedMinor] = since[program] ?? [Number.POSITIVE_INFINITY, 0];
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}
