import { constants, readdirSync } from 'node:fs';
import { Fd } from '../../native/fd.js';
import { openConfined } from '../../native/openat2.js';
import type { VolumesContext } from './context.js';
import { fillStaged } from './copy/staged.js';
import { copyTree } from './copy/tree.js';
import { findVolume } from './find.js';
import type { VolumeMounts } from './mount.js';

const { O_DIRECTORY, O_RDONLY } = constants;

/**
 * Whether an image's files could go into a volume or a part of it: it is empty, or can't be looked into before it is
 * mounted.
 */
export async function isFillable(
  context: VolumesContext,
  name: string,
  subpath: string,
): Promise<boolean> {
  const { record, driver, told } = await findVolume(context, name);
  return subpath !== '' || driver.tracks(record) || isEmpty(told.mountpoint);
}

/**
 * Copies a folder of an image into a volume if that is empty. On this machine's disk a crash leaves it empty or full;
 * on what is mounted the files are copied to where they belong.
 */
export async function fillVolume(
  context: VolumesContext,
  mounts: VolumeMounts,
  what: { container: string; volume: string; subpath: string; from: Fd },
): Promise<void> {
  const { container, volume, subpath, from } = what;
  const { record, driver, told } = await findVolume(context, volume);
  if (!driver.tracks(record) && subpath === '') {
    await context.locks.run(volume, async () => {
      if (isEmpty(told.mountpoint)) await fillStaged(from, context.folders.of(volume));
    });
    return;
  }
  const { use, path } = await mounts.begin(volume, container);
  try {
    using root = Fd.open(path, O_RDONLY | O_DIRECTORY);
    using target = openPart(root, subpath);
    if (target && isEmpty(`/proc/self/fd/${target.number}`)) await copyTree(from, target, {});
  } finally {
    await mounts.end(use);
  }
}

/** A part that isn't there, or isn't a folder, is not filled: the start says what is wrong with it. */
function openPart(root: Fd, subpath: string): Fd | undefined {
  if (subpath === '') return root.duplicate();
  try {
    return openConfined(root, subpath, { within: 'beneath', flags: O_RDONLY | O_DIRECTORY });
  } catch {
    return undefined;
  }
}

function isEmpty(folder: string): boolean {
  return readdirSync(folder).length === 0;
}
