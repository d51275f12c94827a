import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path/posix';
import { type IdMaps, remappedRoot } from '../../base/id-mapping.js';
import { isErrno } from '../../native/libc.js';
import { MS, mount, umount } from '../../native/mount.js';
import type { LaunchRequest } from './contract.js';

const HOSTS = '/dev/shm';

/** Where the memory of a container lies that others may share: below its folder for its runs. */
export function sharedMemoryIn(runDir: string): string {
  return join(runDir, 'shm');
}

/**
 * Mounts what other containers may join of a container with `--ipc shareable`, and says what is to be seen at
 * `/dev/shm`: that, the host's, or another container's. Undefined: one of its own that nobody else sees. `maps`: what ids
 * of containers are on the host.
 */
export function openSharedMemory(
  { spec, runDir }: LaunchRequest,
  maps?: IdMaps,
): string | undefined {
  const { IpcMode, ShmSize } = spec.host;
  if (IpcMode === 'host') return HOSTS;
  if (IpcMode !== 'shareable') return spec.joined?.shm;
  const target = sharedMemoryIn(runDir);
  mkdirSync(target, { recursive: true, mode: 0o700 });
  const owner = remappedRoot(maps);
  mount({
    type: 'tmpfs',
    source: 'shm',
    target,
    flags: MS.nosuid | MS.nodev | MS.noexec,
    data: `mode=1777,size=${ShmSize}${owner ? `,uid=${owner.uid},gid=${owner.gid}` : ''}`,
  });
  return target;
}

/** Those who joined keep it until they end. */
export function closeSharedMemory(runDir: string): void {
  const target = sharedMemoryIn(runDir);
  if (runDir === '' || !existsSync(target)) return;
  try {
    umount(target, { lazy: true });
  } catch (error) {
    // It was never mounted, or is not any more.
    if (!isErrno(error, 'EINVAL', 'ENOENT')) throw error;
  }
}
