import type { HostConfig } from '../../api/types/container.js';
import type { BindMount } from './contract.js';
import type { OciMount } from './oci.js';
import { DEFAULT_SHM_SIZE, defaultMounts } from './profile/mounts.js';
import { tmpfsMounts } from './tmpfs.js';

/** Kernel file systems that a read-only container can still write to. */
const writableAnyway = ['/proc', '/dev', '/dev/pts', '/dev/shm', '/dev/mqueue'];

/** What the mounts depend on beside the settings. */
export interface MountWishes {
  /** The host's folder to be seen at `/dev/shm`; absent: a file system of the container's own. */
  readonly shm?: string;
  readonly writableCgroups: boolean;
}

/** Everything mounted in a container, in the order of mounting. @throws InvalidParameter */
export function containerMounts(
  host: HostConfig,
  binds: readonly BindMount[],
  { shm, writableCgroups }: MountWishes,
): OciMount[] {
  const own = byDepth([...sharedMemory(binds, shm), ...binds.map(bindMount), ...tmpfsMounts(host)]);
  const taken = new Set(own.map(({ destination }) => destination));
  const base = defaultMounts
    .filter(({ destination }) => !isReplaced(destination, taken))
    .filter(({ destination }) => destination !== '/dev/shm' || host.IpcMode !== 'none')
    .map((mount) => adapted(mount, host, writableCgroups));
  return [...base, ...own];
}

/** How the container's root has to propagate for its binds to: Docker's rule. */
export function rootPropagation(binds: readonly BindMount[]): string | undefined {
  const asked = binds.map(({ propagation }) => propagation);
  if (asked.some((kind) => kind === 'shared' || kind === 'rshared')) return 'shared';
  if (asked.some((kind) => kind === 'slave' || kind === 'rslave')) return 'rslave';
  return undefined;
}

/** A user's own mount there counts more. */
function sharedMemory(binds: readonly BindMount[], shm: string | undefined): OciMount[] {
  const taken = binds.some(({ destination }) => destination === '/dev/shm');
  if (shm === undefined || taken) return [];
  // crun does not take these over from what is bound.
  const options = ['rbind', 'rprivate', 'nosuid', 'noexec', 'nodev'];
  return [{ destination: '/dev/shm', type: 'bind', source: shm, options }];
}

function isReplaced(destination: string, taken: ReadonlySet<string>): boolean {
  return taken.has(destination) || (taken.has('/dev') && destination.startsWith('/dev/'));
}

function bindMount(mount: BindMount): OciMount {
  const { source, destination, readOnly, propagation, nonRecursive, recursiveReadOnly } = mount;
  const { restrictions = [] } = mount;
  const readOnlyOption = recursiveReadOnly ? 'rro' : 'ro';
  const asked = propagation || 'rprivate';
  const options = [
    nonRecursive ? 'bind' : 'rbind',
    ...(readOnly ? [readOnlyOption] : []),
    ...restrictions.filter((option) => option !== 'ro' || !readOnly),
    // crun takes the `r` of `rprivate` for the bind's, too; on one mount both are the same.
    nonRecursive ? asked.replace(/^r/, '') : asked,
  ];
  return { destination, type: 'bind', source, options };
}

function adapted(mount: OciMount, host: HostConfig, writableCgroups: boolean): OciMount {
  const { destination, type, options } = mount;
  if (destination === '/dev/shm') {
    return { ...mount, options: [...options, `size=${host.ShmSize || DEFAULT_SHM_SIZE}`] };
  }
  const isWritable =
    type === 'cgroup' ? writableCgroups : host.Privileged && destination === '/sys';
  if (isWritable) {
    return { ...mount, options: options.map((option) => (option === 'ro' ? 'rw' : option)) };
  }
  const readonly = host.ReadonlyRootfs && !writableAnyway.includes(destination);
  return readonly && !options.includes('ro') ? { ...mount, options: [...options, 'ro'] } : mount;
}

/** Outer folders before what lies in them; otherwise in the order given. */
function byDepth(mounts: readonly OciMount[]): OciMount[] {
  const depth = ({ destination }: OciMount) =>
    destination.split('/').filter((part) => part !== '').length;
  return mounts.toSorted((a, b) => depth(a) - depth(b));
}
