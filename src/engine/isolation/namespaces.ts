import type { HostConfig } from '../../api/types/container.js';
import type { OciNamespace } from './oci.js';

/** What a container shares with other ones: paths on the host; absent: not shared. */
export interface JoinedNamespaces {
  /** `/proc/<pid>/ns/net` */
  readonly network?: string;
  /** `/proc/<pid>/ns/user` of the container whose other namespaces are shared. */
  readonly user?: string;
  /** `/proc/<pid>/ns/pid` */
  readonly pid?: string;
  /** `/proc/<pid>/ns/ipc` */
  readonly ipc?: string;
  /** What the owner of the IPC namespace has at `/dev/shm`. */
  readonly shm?: string;
}

/** What the namespaces of a container depend on. */
export interface NamespaceFacts {
  /** Absent: the host's network. */
  readonly netnsPath?: string | undefined;
  readonly joined: JoinedNamespaces;
  /** The user namespace for its ids; absent: the host's. */
  readonly usernsPath?: string | undefined;
  readonly cgroupVersion: 1 | 2;
  readonly cgroupNamespaces: boolean;
}

/** The namespaces that a container gets; one that is missing is the host's. Modes are checked by now (`reviewHost`). */
export function containerNamespaces(host: HostConfig, facts: NamespaceFacts): OciNamespace[] {
  const { netnsPath, usernsPath, joined } = facts;
  return [
    { type: 'mount' },
    ...at('user', usernsPath),
    ...at('network', netnsPath),
    ...unless(host.UTSMode === 'host', 'uts'),
    ...unless(host.PidMode === 'host', 'pid', joined.pid),
    ...unless(host.IpcMode === 'host', 'ipc', joined.ipc),
    ...unless(!hasCgroupns(host, facts), 'cgroup'),
  ];
}

/** On cgroup v2 it is private and on v1 the host's by default, as Docker has it. */
function hasCgroupns({ CgroupnsMode: mode }: HostConfig, facts: NamespaceFacts): boolean {
  if (!facts.cgroupNamespaces) return false;
  return mode === '' ? facts.cgroupVersion === 2 : mode === 'private';
}

function at(type: OciNamespace['type'], path: string | undefined): OciNamespace[] {
  return path === undefined ? [] : [{ type, path }];
}

function unless(isShared: boolean, type: OciNamespace['type'], path?: string): OciNamespace[] {
  if (isShared) return [];
  return path === undefined ? [{ type }] : [{ type, path }];
}
