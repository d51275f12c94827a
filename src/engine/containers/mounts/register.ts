import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { InvalidParameter, messageOf } from '../../../base/errors.js';
import type { Rollback } from '../../../base/rollback.js';
import type { ContainersContext } from '../context.js';
import { fillVolumes } from './fill.js';
import type { ContainerMount, WantedMount } from './model.js';
import { type MountWishes, wantedMounts } from './wanted.js';

/** Works out the mounts of a new container; nothing is made. @throws InvalidParameter in Docker's words */
export function planMounts(context: ContainersContext, wishes: MountWishes): WantedMount[] {
  const { registry, settings } = context;
  return wantedMounts(wishes, {
    dataRoot: dirname(settings.containersDir),
    exists: existsSync,
    mountsOf(reference) {
      try {
        return registry.find(reference).record.mounts;
      } catch (error) {
        throw new InvalidParameter(messageOf(error));
      }
    },
  });
}

/** Mounts of a new container whose volumes are there. */
export interface RegisteredMounts {
  readonly mounts: readonly ContainerMount[];
  /** To be called once the container's record is on disk: from then on it is what keeps its volumes. */
  settle(): Promise<void>;
}

/**
 * Finds or makes the volumes of a new container, and copies the image's files into those that are empty. Undone with
 * the rest of the creation: volumes that nobody named go again.
 */
export async function registerMounts(
  { context, id, rollback }: { context: ContainersContext; id: string; rollback: Rollback },
  wanted: readonly WantedMount[],
): Promise<RegisteredMounts> {
  const { volumes } = context;
  const viewed: WantedMount[] = [];
  for (const mount of wanted) viewed.push(await withView(context, id, mount));
  const named = viewed.map((mount) =>
    mount.volume && mount.Name === undefined ? { ...mount, Name: volumes.inventName() } : mount,
  );
  const claimed = named.filter(({ volume }) => volume);
  if (claimed.length === 0) return { mounts: named.map(kept), settle: async () => {} };
  const invented = named.filter((mount, index) => mount.Name !== wanted[index]?.Name).map(nameOf);
  rollback.defer('volumes', async () => {
    volumes.release(id, claimed.map(nameOf));
    await volumes.discard(invented);
    if (invented.length > 0) await volumes.promise(id, []);
  });
  if (invented.length > 0) await volumes.promise(id, invented);
  const mounts: WantedMount[] = [];
  for (const mount of named) mounts.push(await claim(context, { id, mount, invented }));
  await fillVolumes(context, id, mounts);
  const settle = async () => {
    if (invented.length > 0) await volumes.promise(id, []);
  };
  return { mounts: mounts.map(kept), settle };
}

/** A tree of the image that it is a mount of, which goes with the container's own. @throws NotFound */
async function withView(
  { ids, images, rootfs }: ContainersContext,
  container: string,
  mount: WantedMount,
): Promise<WantedMount> {
  if (mount.image === undefined) return mount;
  const { chainId } = images.resolve(mount.image);
  const view = ids.id();
  await rootfs.prepareView(container, view, chainId);
  return { ...mount, view };
}

function nameOf({ Name }: WantedMount): string {
  return Name ?? '';
}

async function claim(
  { volumes }: ContainersContext,
  { id, mount, invented }: { id: string; mount: WantedMount; invented: readonly string[] },
): Promise<WantedMount> {
  if (!mount.volume) return mount;
  const isAnonymous = invented.includes(nameOf(mount));
  const got = await volumes.claim(id, { name: nameOf(mount), isAnonymous, ...mount.volume });
  const { name, driver, mountpoint } = got;
  // Docker marks what it would label where there is SELinux.
  const isLabelled = driver === 'local' && mount.copy !== undefined && !mount.isPath;
  const Mode = mount.Mode === '' && isLabelled ? 'z' : mount.Mode;
  return { ...mount, Name: name, Driver: driver, Source: mountpoint, Mode };
}

/** What the record keeps. */
function kept({ volume, image, copy, isPath, ...mount }: WantedMount): ContainerMount {
  return mount;
}
