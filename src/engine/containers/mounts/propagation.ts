import { realpathSync } from 'node:fs';
import { InvalidParameter } from '../../../base/errors.js';
import type { MountInfo } from '../../../native/mountinfo.js';
import { defaultPropagation } from './mode.js';
import type { ContainerMount } from './model.js';

/** What is mounted on the host. */
export type KnownMounts = readonly Pick<MountInfo, 'mountPoint' | 'tags' | 'options'>[];

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
  const holder = holderOf(path, known);
  if (holder?.tags.some((tag) => need.tags.test(tag))) return Propagation;
  if (propagationByDefault) return defaultPropagation;
  throw new InvalidParameter(
    `path ${path} is mounted on ${holder?.mountPoint ?? '/'} but it is not ${need.words}`,
  );
}

/** Rights that a mount can lack. */
const restrictions = ['ro', 'nosuid', 'nodev', 'noexec'];

/** What the mount that holds a source lacks; a bind of it may not have more. crun 1.8 would give it all. */
export function restrictionsOf(source: string, known: KnownMounts): string[] {
  const options = holderOf(realPath(source), known)?.options ?? [];
  return options.filter((option) => restrictions.includes(option));
}

/** The mount that a path is in: the deepest, and of several at one place the last. */
function holderOf(path: string, known: KnownMounts): KnownMounts[number] | undefined {
  return known
    .filter(({ mountPoint }) => isWithin(path, mountPoint))
    .reduce<KnownMounts[number] | undefined>(
      (best, one) => (best && best.mountPoint.length > one.mountPoint.length ? best : one),
      undefined,
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
