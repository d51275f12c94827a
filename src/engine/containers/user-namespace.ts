import type { HostConfig } from '../../api/types/container.js';
import { Conflict, InvalidParameter, NotFound } from '../../base/errors.js';
import type { SandboxRequest } from '../../cnm/contract.js';
import type { SandboxKind } from '../../cnm/model.js';
import type { ContainersContext } from './context.js';
import { joinedContainer } from './network-mode.js';

/**
 * The user namespace of a container that starts, if the daemon maps ids and the container doesn't ask for the host's: one
 * of its own, or that of the containers whose other namespaces it shares, for those belong to it. As in Docker one in
 * the host's may join any other.
 * @throws InvalidParameter for namespaces of the host; Conflict for those of containers in other user namespaces
 */
export function wantedUsers(
  context: ContainersContext,
  host: HostConfig,
  kind: SandboxKind,
): Pick<SandboxRequest, 'users'> {
  if (!context.settings.idMaps || host.UsernsMode === 'host') return {};
  if (kind.type === 'host')
    throw new InvalidParameter(
      "cannot share the host's network namespace when user namespaces are enabled",
    );
  const owners = [host.NetworkMode, host.PidMode, host.IpcMode].flatMap(
    (mode) => sharedWith(context, mode) ?? [],
  );
  const [first] = owners;
  if (first === undefined) return { users: 'own' };
  const users = usersOf(context, first);
  const other = owners.find((id) => usersOf(context, id) !== users);
  if (users === undefined || other !== undefined)
    throw new Conflict(
      `cannot join namespaces of container ${other ?? first}: it has another user namespace: ${
        users === undefined
          ? 'start this one with --userns=host, too'
          : `share those of ${first} alone`
      }`,
    );
  return { users: { of: first } };
}

/** The id of the container of a mode; one that isn't there is told of elsewhere. */
function sharedWith({ registry }: ContainersContext, mode: string): string | undefined {
  const reference = joinedContainer(mode);
  if (reference === undefined) return undefined;
  try {
    return registry.find(reference).id;
  } catch (error) {
    if (error instanceof NotFound) return undefined;
    throw error;
  }
}

function usersOf({ networks }: ContainersContext, id: string): string | undefined {
  return networks.sandbox(id)?.usernsPath;
}
