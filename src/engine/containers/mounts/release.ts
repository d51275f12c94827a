import type { ContainersContext } from '../context.js';
import type { ContainerRecord } from '../model.js';

/** The end of a removed container's hold on its volumes. */
export interface MountRelease {
  /** To be called before the container's record goes. */
  announce(): Promise<void>;
  /** To be called after that: volumes that nobody named go if no other container has them. */
  finish(): Promise<void>;
}

/** Gives the volumes of a container back; `discard`: those that nobody named are removed. */
export function releaseMounts(
  { volumes }: ContainersContext,
  { id, mounts }: Pick<ContainerRecord, 'id' | 'mounts'>,
  { discard }: { readonly discard: boolean },
): MountRelease {
  const held = mounts.flatMap(({ Type, Name }) => (Type === 'volume' && Name ? [Name] : []));
  const anonymous = mounts.flatMap(({ anonymous: isAnonymous, Name }) =>
    isAnonymous && Name && discard ? [Name] : [],
  );
  return {
    async announce() {
      if (anonymous.length > 0) await volumes.promise(id, anonymous);
    },
    async finish() {
      volumes.release(id, held);
      if (anonymous.length === 0) return;
      await volumes.discard(anonymous);
      await volumes.promise(id, []);
    },
  };
}
