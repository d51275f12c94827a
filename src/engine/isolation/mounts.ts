import type { HostConfig } from '../../api/types/container.js';
import type { BindMount } from './contract.js';
import type { OciMount } from './oci.js';
import { DEFAULT_SHM_SIZE, defaultMounts } from './profile/mounts.js';
import { tmpfsMounts } from './tmpfs.js';

/** Kernel file systems that a read-only container can still write to. */
const writableAnyway = ['/proc', '/dev', '/dev/pts', '/dev/shm', '/dev/mqueue'];

/** Everything mounted in a container, in the order of mounting. @throws InvalidParameter */
export function containerMounts(host: HostConfig, binds: readonly BindMount[]): OciMount[] {
  const own = byDepth([...binds.map(bindMount), ...tmpfsMounts(host)]);
  const taken = new Set(own.map(({ destination }) => destination));
  const base = defaultMounts
    .filter(({ destination }) => !isReplaced(destination, taken))
    .filter(({ destination }) => destination !== '/dev/shm' || host.IpcMode !== 'none')
    .map((mount) => adapted(mount, host));
  return [...base, ...own];
}

/** How the container's root has to propagate for its binds to: Docker's rule. */
export function rootPropagation(binds: readonly BindMount[]): string | undefined {
  const asked = binds.map(({ propagation }) => propagation);
  if (asked.some((kind) => kind === 'shared' || kind === 'rshared')) return 'shared';
  if (asked.some((kind) => kind === 'slave' || kind === 'rslave')) return 'rslave';
  return undefined;
}

function isReplaced(destination: string, taken: ReadonlySet<string>): boolean {
  return taken.has(destination) || (taken.has('/dev') && destination.startsWith('/dev/'));
}

function bindMount({ source, destination, readOnly, propagation }: BindMount): OciMount {
  const options = ['rbind', ...(readOnly ? ['ro'] : []), propagation || 'rprivate'];
  return { destination, type: 'bind', source, options };
}

function adapted(mount: OciMount, host: HostConfig): OciMount {
  const { destination, type, options } = mount;
  if (destination === '/dev/shm') {
    return { ...mount, options: [...options, `size=${host.ShmSize || DEFAULT_SHM_SIZE}`] };
  }
  if (host.Privileged && (destination === '/sys' || type === 'cgroup')) {
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
