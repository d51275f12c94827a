import { Conflict } from '../../base/errors.js';
import { shortId } from '../../base/ids.js';
import { hexOf } from '../storage/digest.js';
import { type Reference, repositoryOf } from './reference.js';
import { type ImageRecord, isCanonical } from './store.js';
import type { ImageWorld } from './world.js';

/** Why an image can't be deleted. */
export interface DeleteConflict {
  /** Force doesn't help. */
  readonly hard: boolean;
  /** A container is the reason. */
  readonly used: boolean;
  readonly reason: string;
}

/** What may stand in the way of a deletion. */
export type Obstacle = 'children' | 'running' | 'names' | 'stopped';

/** What no force overcomes. */
export const hardObstacles: readonly Obstacle[] = ['children', 'running'];

type Check = (world: ImageWorld, image: ImageRecord) => DeleteConflict | undefined;

const checks: Readonly<Record<Obstacle, Check>> = {
  children: ({ store }, { id }) =>
    store.childrenOf(id).length === 0
      ? undefined
      : { hard: true, used: false, reason: 'image has dependent child images' },
  running: ({ users }, { id }) => {
    const user = users.usersOf(id).find(({ running }) => running);
    return (
      user && {
        hard: true,
        used: true,
        reason: `image is being used by running container ${shortId(user.containerId)}`,
      }
    );
  },
  names: ({ store }, { id }) =>
    store.namesOf(id).length === 0
      ? undefined
      : { hard: false, used: false, reason: 'image is referenced in multiple repositories' },
  stopped: ({ users }, { id }) => {
    const user = users.usersOf(id).find(({ running }) => !running);
    return (
      user && {
        hard: false,
        used: true,
        reason: `image is being used by stopped container ${shortId(user.containerId)}`,
      }
    );
  },
};

/** The first of the obstacles that stands in the way. */
export function findConflict(
  world: ImageWorld,
  image: ImageRecord,
  obstacles: readonly Obstacle[],
): DeleteConflict | undefined {
  for (const obstacle of obstacles) {
    const conflict = checks[obstacle](world, image);
    if (conflict !== undefined) return conflict;
  }
  return undefined;
}

/** Docker's words for it. */
export function conflictError(image: ImageRecord, { hard, reason }: DeleteConflict): Conflict {
  const force = hard ? 'cannot be forced' : 'must be forced';
  return new Conflict(`conflict: unable to delete ${shortImageId(image)} (${force}) - ${reason}`);
}

/** Refuses to take away the last name of an image that a container uses. @throws Conflict */
export function refuseToOrphan(world: ImageWorld, image: ImageRecord, words: string): void {
  const [user] = world.users.usersOf(image.id);
  if (user === undefined) return;
  throw new Conflict(
    `conflict: unable to remove repository reference "${words}" (must force) - container ${shortId(user.containerId)} is using its referenced image ${shortImageId(image)}`,
  );
}

/** Whether names are but one: a single one, or one tag with digests of the same repository only. */
export function isSingleName(names: readonly Reference[]): boolean {
  if (names.length <= 1) return true;
  const tags = names.filter((name) => !isCanonical(name));
  const digestRepositories = new Set(names.filter(isCanonical).map(repositoryOf));
  const one = tags[0] ?? names[0];
  if (tags.length > 1 || one === undefined) return false;
  return digestRepositories.size === 1 && digestRepositories.has(repositoryOf(one));
}

function shortImageId(image: ImageRecord): string {
  return shortId(hexOf(image.id));
}
