import { constants, open, stat } from 'node:fs/promises';
import { posix } from 'node:path';
import { isErrno } from '../../../native/libc.js';
import type { ContainerRecord } from '../model.js';
import type { ContainerMount } from '../mounts/model.js';
import { findOrMakeFolder } from './make-folder.js';
import { mountedIn } from './mounted-view.js';
import { namesOf } from './path.js';
import type { ContainerTree } from './tree.js';

/** Something that a container wants mounted. */
interface Wanted {
  readonly destination: string;
  readonly readOnly: boolean;
  /** What it is on the host; undefined for what exists in the running container only. */
  readonly mount?: ContainerMount;
}

/** The container whose mounts a tree shall show. */
export interface Mounting {
  readonly record: Pick<ContainerRecord, 'mounts' | 'host'>;
  /** Where its own layer is mounted on the host. */
  readonly root: string;
  /** Its first process; undefined while it isn't running. */
  readonly pid: number | undefined;
  /** Makes a volume or image usable for as long as the tree is open, and answers where it is. */
  openVolume(mount: ContainerMount): Promise<string>;
}

/**
 * Lets a tree show volumes, binds and, of a running container, memory file systems. As a start does, this makes the
 * folder or file that a mount covers where the image has none.
 */
export async function showMounts(tree: ContainerTree, mounting: Mounting): Promise<void> {
  for (const { destination, readOnly, mount } of wantedMounts(mounting.record)) {
    const place = await tree.target(namesOf(posix.normalize(destination)));
    const source = inContainer(tree, mounting, place) ?? (await onHost(mounting, mount));
    if (source === undefined || !(await makePlace(tree, place, source))) continue;
    tree.mount(place, { source, readOnly });
  }
}

/** Outer ones before those that lie in them. A tmpfs of `--tmpfs` takes the place of another mount. */
function wantedMounts({ mounts, host }: Mounting['record']): Wanted[] {
  const memory = Object.keys(host.Tmpfs);
  const all = [
    ...mounts
      .filter(({ Destination }) => !memory.includes(Destination))
      .map((mount): Wanted => {
        const { Destination, RW, Type } = mount;
        return { destination: Destination, readOnly: !RW, ...(Type !== 'tmpfs' && { mount }) };
      }),
    ...memory.map((destination): Wanted => ({ destination, readOnly: false })),
  ];
  const depth = ({ destination }: Wanted) => namesOf(destination).length;
  return all.toSorted((a, b) => depth(a) - depth(b));
}

async function onHost(
  mounting: Mounting,
  mount: ContainerMount | undefined,
): Promise<string | undefined> {
  const isOpened = mount?.Type === 'volume' || mount?.view !== undefined;
  return isOpened ? await mounting.openVolume(mount) : mount?.Source;
}

function inContainer(
  tree: ContainerTree,
  { pid, root }: Mounting,
  place: string,
): string | undefined {
  const found = pid === undefined ? undefined : mountedIn({ pid, root }, place);
  if (found === undefined) return undefined;
  tree.keep(found);
  return `/proc/self/fd/${found.number}`;
}

/** False if there is nothing to show: the source is gone. */
async function makePlace(tree: ContainerTree, place: string, source: string): Promise<boolean> {
  const what = await stat(source).catch((error: unknown) => {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  });
  if (what === undefined) return false;
  const names = namesOf(place);
  const isFolder = what.isDirectory();
  await using folder = await findOrMakeFolder(tree, isFolder ? names : names.slice(0, -1));
  if (isFolder) return true;
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
  try {
    const path = folder.entry(names.at(-1) ?? '');
    await (await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o755)).close();
  } catch (error) {
    if (!isErrno(error, 'EEXIST', 'EROFS')) throw error;
  }
  return true;
}
