import type { HostConfig } from '../../api/types/container.js';
import { Conflict, InvalidParameter, NotFound } from '../../base/errors.js';
import type { SandboxRecord } from '../../cnm/model.js';
import type { JoinedNamespaces } from '../isolation/namespaces.js';
import { sharedMemoryIn } from '../isolation/shared-memory.js';
import type { ContainersContext } from './context.js';
import type { RunRecord } from './model.js';
import { joinedContainer } from './network-mode.js';
import { runDirOf } from './paths.js';

/** A running container whose namespaces are to be shared. */
interface Owner {
  readonly id: string;
  readonly run: RunRecord;
  readonly runDir: string;
  readonly ipcMode: string;
}

/**
 * The settings with the ids of containers whose process or IPC namespace is shared instead of their names, so that
 * renamed ones are still found. @throws InvalidParameter in Docker's words if there is no such container
 */
export function withJoinedIds(context: ContainersContext, host: HostConfig): HostConfig {
  return {
    ...host,
    PidMode: modeById(context, host.PidMode),
    IpcMode: modeById(context, host.IpcMode),
  };
}

function modeById(context: ContainersContext, mode: string): string {
  const joined = joinedContainer(mode);
  return joined === undefined ? mode : `container:${find(context, joined).id}`;
}

/**
 * What a container that starts shares with those that run. @throws InvalidParameter if one is gone or shares nothing,
 * Conflict if it doesn't run
 */
export function joinedNamespaces(context: ContainersContext, host: HostConfig): JoinedNamespaces {
  const network = ownerOf(context, host.NetworkMode, 'network');
  const pid = ownerOf(context, host.PidMode, 'PID');
  const ipc = ownerOf(context, host.IpcMode, 'IPC');
  if (ipc && ipc.ipcMode !== 'shareable') {
    throw new InvalidParameter(
      `failed to join IPC namespace: container ${ipc.id}: non-shareable IPC (hint: use IpcMode:shareable for the donor container)`,
    );
  }
  const first = network ?? pid ?? ipc;
  return {
    ...(network && { network: namespaceOf(network, 'net') }),
    ...(first && { user: namespaceOf(first, 'user') }),
    ...(pid && { pid: namespaceOf(pid, 'pid') }),
    ...(ipc && { ipc: namespaceOf(ipc, 'ipc'), shm: sharedMemoryIn(ipc.runDir) }),
  };
}

function namespaceOf({ run }: Owner, type: 'net' | 'user' | 'pid' | 'ipc'): string {
  return `/proc/${run.pid}/ns/${type}`;
}

/**
 * Where the namespaces of a container's sandbox are. Those that it shares are found by the process of whom it shares
 * them with: he may have them of another one, which has ended, with its sandbox, and may run again in new ones.
 */
export function sandboxNamespaces(
  { netnsPath, usernsPath }: Pick<SandboxRecord, 'netnsPath' | 'usernsPath'>,
  { network, user }: JoinedNamespaces,
): Pick<SandboxRecord, 'netnsPath' | 'usernsPath'> {
  return {
    ...(netnsPath !== undefined && { netnsPath: network ?? netnsPath }),
    ...(usernsPath !== undefined && { usernsPath: user ?? usernsPath }),
  };
}

function ownerOf(context: ContainersContext, mode: string, title: string): Owner | undefined {
  const joined = joinedContainer(mode);
  if (joined === undefined) return undefined;
  const container = find(context, joined);
  if (!container.run) {
    throw new Conflict(
      `failed to join ${title} namespace: container ${container.id} is not running`,
    );
  }
  return {
    id: container.id,
    run: container.run.record,
    runDir: runDirOf(context, container),
    ipcMode: container.record.host.IpcMode,
  };
}

function find({ registry }: ContainersContext, reference: string) {
  try {
    return registry.find(reference);
  } catch (error) {
    if (error instanceof NotFound) throw new InvalidParameter(error.message);
    throw error;
  }
}
