import { mkdir } from 'node:fs/promises';
import { InvalidParameter, messageOf, System } from '../../../base/errors.js';
import { mounts as mountsOfHost } from '../../../native/mountinfo.js';
import type { BindMount } from '../../isolation/contract.js';
import type { Container } from '../container.js';
import type { ContainersContext } from '../context.js';
import type { ContainerMount } from './model.js';
import { checkPropagation, restrictionsOf } from './propagation.js';

/**
 * Makes everything ready that a starting container wants mounted, and answers what the runtime is to mount. Undone by
 * `volumes.unmountAll`.
 */
export async function setUpMounts(
  context: ContainersContext,
  container: Container,
): Promise<BindMount[]> {
  const { host, mounts } = container.record;
  // A tmpfs of `--tmpfs` takes the place of another mount.
  const wanted = mounts.filter(
    ({ Type, Destination }) => Type !== 'tmpfs' && !Object.hasOwn(host.Tmpfs, Destination),
  );
  if (wanted.length === 0) return [];
  const ready: { mount: ContainerMount; source: string }[] = [];
  for (const mount of wanted) {
    ready.push({ mount, source: await sourceOf(context, container, mount) });
  }
  const known = mountsOfHost();
  return ready.map(({ mount, source }) => ({
    ...bindOf(mount),
    source,
    propagation: checkPropagation({ ...mount, source }, known),
    restrictions: restrictionsOf(source, known),
  }));
}

async function sourceOf(
  context: ContainersContext,
  container: Container,
  mount: ContainerMount,
): Promise<string> {
  if (mount.view !== undefined) {
    const path = imageSource(context, container.id, mount);
    noteSource(container, mount, path);
    return path;
  }
  if (mount.Type !== 'volume') {
    if (!mount.mustExist) await makeSource(mount.Source);
    return mount.Source;
  }
  const { Destination, Name = '', Propagation, RW, subpath = '' } = mount;
  const path = await context.volumes.mount({
    container: container.id,
    volume: Name,
    destination: Destination,
    writable: RW,
    propagation: Propagation,
    subpath,
  });
  if (subpath === '' && path !== mount.Source) noteSource(container, mount, path);
  return path;
}

/** What images are mounted with. */
interface ImagesContext {
  readonly rootfs: Pick<ContainersContext['rootfs'], 'mount'>;
  readonly volumes: Pick<ContainersContext['volumes'], 'expose'>;
}

/**
 * Mounts the image and answers where it, or the wanted part of it, is. It ends with the container's root file system; what
 * shows a part, with the holder's volumes. @throws NotFound, InvalidParameter
 */
export function imageSource(
  { rootfs, volumes }: ImagesContext,
  holder: string,
  { view = '', subpath = '' }: ContainerMount,
): string {
  const path = rootfs.mount(view);
  return subpath === '' ? path : volumes.expose({ path, subpath, holder, name: view });
}

/** A plugin tells where its volume is when it is mounted. */
function noteSource(container: Container, mount: ContainerMount, Source: string): void {
  const { record } = container;
  const mounts = record.mounts.map((one) =>
    one.Destination === mount.Destination ? { ...one, Source } : one,
  );
  container.record = { ...record, mounts };
}

/** As Docker does for `-v`: a missing source becomes an empty folder. A file that is there is fine as it is. */
async function makeSource(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o755 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' || code === 'ENOTDIR') return;
    throw new System(`error while creating mount source path '${path}': ${messageOf(error)}`);
  }
}

function bindOf(mount: ContainerMount): Omit<BindMount, 'source' | 'propagation' | 'restrictions'> {
  const { Destination, RW, nonRecursive, readOnlyForceRecursive, readOnlyNonRecursive } = mount;
  checkRecursion(mount);
  const force = readOnlyForceRecursive && ('required' as const);
  const recursiveReadOnly = readOnlyNonRecursive ? undefined : force || ('wanted' as const);
  return {
    destination: Destination,
    readOnly: !RW,
    ...(nonRecursive && { nonRecursive }),
    ...(!RW && recursiveReadOnly && { recursiveReadOnly }),
  };
}

/** @throws InvalidParameter in Docker's words */
function checkRecursion({ RW, readOnlyForceRecursive, readOnlyNonRecursive }: ContainerMount) {
  const conflicts: readonly (readonly [unknown, string])[] = [
    [RW && readOnlyNonRecursive, '!ReadOnly && BindOptions.ReadOnlyNonRecursive'],
    [RW && readOnlyForceRecursive, '!ReadOnly && BindOptions.ReadOnlyForceRecursive'],
    [
      readOnlyNonRecursive && readOnlyForceRecursive,
      'ReadOnlyNonRecursive && BindOptions.ReadOnlyForceRecursive',
    ],
  ];
  for (const [applies, what] of conflicts) {
    if (applies) throw new InvalidParameter(`mount options conflict: ${what}`);
  }
}
