import type { HostConfig } from '../../api/types/container.js';
import { InvalidParameter, NotImplemented } from '../../base/errors.js';
import type { OciNamespace } from './oci.js';

interface Subject {
  readonly type: 'pid' | 'ipc' | 'uts' | 'cgroup';
  readonly title: string;
  readonly mode: (host: HostConfig) => string;
  /** Modes that mean a namespace of its own. */
  readonly own: readonly string[];
}

const subjects: readonly Subject[] = [
  { type: 'uts', title: 'UTS mode', mode: (host) => host.UTSMode, own: [''] },
  { type: 'pid', title: 'PID mode', mode: (host) => host.PidMode, own: ['', 'private'] },
  {
    type: 'ipc',
    title: 'IPC mode',
    mode: (host) => host.IpcMode,
    own: ['', 'private', 'shareable', 'none'],
  },
  {
    type: 'cgroup',
    title: 'cgroup namespace mode',
    mode: (host) => host.CgroupnsMode,
    own: ['private'],
  },
];

/**
 * The namespaces that a container gets; one that is missing is the host's. The cgroup namespace is private
 * on cgroup v2 and the host's on v1 by default, as Docker has it. `netnsPath` absent is the host's network.
 * @throws InvalidParameter, NotImplemented for those of another container
 */
export function containerNamespaces(
  host: HostConfig,
  facts: { readonly cgroupVersion: 1 | 2 },
  netnsPath: string | undefined,
): OciNamespace[] {
  const own = subjects.filter((subject) => isOwn(subject, host, facts));
  return [
    { type: 'mount' },
    ...(netnsPath === undefined ? [] : [{ type: 'network' as const, path: netnsPath }]),
    ...own.map(({ type }): OciNamespace => ({ type })),
  ];
}

function isOwn(
  { type, title, mode, own }: Subject,
  host: HostConfig,
  { cgroupVersion }: { readonly cgroupVersion: 1 | 2 },
): boolean {
  const asked = mode(host);
  if (type === 'cgroup' && asked === '') return cgroupVersion === 2 && !host.Privileged;
  if (asked === 'host') return false;
  if (own.includes(asked)) return true;
  if (/^container:./.test(asked) && (type === 'pid' || type === 'ipc')) {
    throw new NotImplemented(`${title} "${asked}": sharing another container's is not supported`);
  }
  throw new InvalidParameter(`invalid ${title}: ${asked}`);
}
