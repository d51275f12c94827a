import { realpathSync } from 'node:fs';
import { InvalidParameter } from '../../../base/errors.js';
import { type MountInfo, mounts } from '../../../native/mountinfo.js';
import { defaultPropagation } from './mode.js';
import type { ContainerMount } from './model.js';

/** What is mounted on the host, read when somebody wants to know. */
export type KnownMounts = () => readonly Pick<MountInfo, 'mountPoint' | 'tags'>[];

/** Reads them once. */
export function observeMounts(): KnownMounts {
  let found: MountInfo[] | undefined;
  return () => {
    found ??= mounts();
    return found;
  };
}

/** How the mount that holds a source has to be, by what is asked. */
const needs: readonly {
  readonly asked: readonly string[];
  readonly tags: RegExp;
  readonly words: string;
}[] = [
  { asked: ['shared', 'rshared'], tags: /^shared:/, words: 'a shared mount' },
  { asked: ['slave', 'rslave'], tags: /^(shared|master):/, words: 'a shared or slave mount' },
];

/**
 * The propagation that a mount gets. What travels to the host or from it needs a source that lets it travel; where
 * nobody asked for that, it stays private.
 * @throws InvalidParameter in Docker's words
 */
export function checkPropagation(
  mount: Pick<ContainerMount, 'Propagation' | 'propagationByDefault'> & { source: string },
  known: KnownMounts,
): string {
  const { Propagation, propagationByDefault, source } = mount;
  const need = needs.find(({ asked }) => asked.includes(Propagation));
  if (!need) return Propagation || defaultPropagation;
  const path = realPath(source);
  const holder = known()
    .filter(({ mountPoint }) => isWithin(path, mountPoint))
    // Later mounts cover earlier ones at the same place.
    .reduce<{ mountPoint: string; tags: readonly string[] } | undefined>(
      (best, one) => (best && best.mountPoint.length > one.mountPoint.length ? best : one),
      undefined,
    );
  if (holder?.tags.some((tag) => need.tags.test(tag))) return Propagation;
  if (propagationByDefault) return defaultPropagation;
  throw new InvalidParameter(
    `path ${path} is mounted on ${holder?.mountPoint ?? '/'} but it is not ${need.words}`,
  );
}

function isWithin(path: string, mountPoint: string): boolean {
  return mountPoint === '/' || path === mountPoint || path.startsWith(`${mountPoint}/`);
}

/** A source that isn't there is the runtime's to complain of. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
