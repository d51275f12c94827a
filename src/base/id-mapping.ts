import { InvalidParameter } from './errors.js';

/** A range of ids of a user namespace and what they are on the host: a line of `uid_map` (user_namespaces(7)). */
export interface IdRange {
  readonly containerID: number;
  readonly hostID: number;
  readonly size: number;
}

/** What the users and groups of containers are on the host. The user and the group 0 are always among them. */
export interface IdMaps {
  readonly uids: readonly IdRange[];
  readonly gids: readonly IdRange[];
}

/** Who a file belongs to. */
export interface FileOwner {
  readonly uid: number;
  readonly gid: number;
}

/** What the kernel shows in place of an id that has no name in a user namespace (`/proc/sys/kernel/overflowuid`). */
export const OVERFLOW_ID = 65534;

/**
 * What an id of a container is on the host. @throws InvalidParameter in Docker's words for one outside all ranges
 */
export function hostId(ranges: readonly IdRange[], id: number): number {
  const range = ranges.find(({ containerID, size }) => isWithin(id, containerID, size));
  if (!range) throw new InvalidParameter(`Container ID ${id} cannot be mapped to a host ID`);
  return range.hostID + (id - range.containerID);
}

/** What an id of the host is in a container; {@link OVERFLOW_ID} for one outside all ranges, as processes there see it. */
export function containerId(ranges: readonly IdRange[], id: number): number {
  const range = ranges.find(({ hostID, size }) => isWithin(id, hostID, size));
  return range ? range.containerID + (id - range.hostID) : OVERFLOW_ID;
}

/** The host's name of a container's owner; without maps they are the same. @throws InvalidParameter as {@link hostId} */
export function hostOwner(maps: IdMaps | undefined, { uid, gid }: FileOwner): FileOwner {
  return maps ? { uid: hostId(maps.uids, uid), gid: hostId(maps.gids, gid) } : { uid, gid };
}

/** The container's name of a host's owner; without maps they are the same. */
export function containerOwner(maps: IdMaps | undefined, { uid, gid }: FileOwner): FileOwner {
  return maps
    ? { uid: containerId(maps.uids, uid), gid: containerId(maps.gids, gid) }
    : { uid, gid };
}

/** Who root of containers is on the host; undefined without maps: it is the host's. */
export function remappedRoot(maps: IdMaps | undefined): FileOwner | undefined {
  return maps && hostOwner(maps, { uid: 0, gid: 0 });
}

function isWithin(id: number, first: number, size: number): boolean {
  return id >= first && id < first + size;
}
