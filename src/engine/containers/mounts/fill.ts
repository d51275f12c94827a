import { constants, fstatSync } from 'node:fs';
import { join } from 'node:path';
import { System } from '../../../base/errors.js';
import { Fd, O_PATH } from '../../../native/fd.js';
import { isErrno } from '../../../native/libc.js';
import { openConfined } from '../../../native/openat2.js';
import type { ContainersContext } from '../context.js';
import type { WantedMount } from './model.js';

/**
 * Copies what the image has at the places of a new container's volumes into those that are empty. The image's links
 * are followed as the container will, never out of its root.
 * @throws System if a volume would hide a file
 */
export async function fillVolumes(
  context: ContainersContext,
  id: string,
  mounts: readonly WantedMount[],
): Promise<void> {
  const wanted: WantedMount[] = [];
  for (const mount of mounts) {
    const { copy, Name = '', subpath = '' } = mount;
    if (copy && (await context.volumes.isFillable(Name, subpath))) wanted.push(mount);
  }
  if (wanted.length === 0) return;
  const root = await context.rootfs.mount(id);
  try {
    for (const mount of wanted) await fill(context, { id, root, mount });
  } finally {
    await context.rootfs.unmount(id);
  }
}

async function fill(
  context: ContainersContext,
  { id, root, mount }: { id: string; root: string; mount: WantedMount },
): Promise<void> {
  using place = openPlace(root, mount.Destination);
  if (!place) return;
  if (!fstatSync(place.number).isDirectory()) {
    if (!mount.isPath) return;
    const path = join(root, mount.Destination);
    throw new System(`cannot mount volume over existing file, file exists ${path}`);
  }
  using folder = Fd.open(`/proc/self/fd/${place.number}`, constants.O_RDONLY);
  const { Name = '', subpath = '' } = mount;
  await context.volumes.fill({ container: id, volume: Name, subpath }, folder);
}

/** Undefined if the image has nothing there. */
function openPlace(root: string, path: string): Fd | undefined {
  using folder = Fd.open(root, O_PATH | constants.O_DIRECTORY);
  try {
    return openConfined(folder, path, { within: 'root', flags: O_PATH });
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return undefined;
    throw error;
  }
}
