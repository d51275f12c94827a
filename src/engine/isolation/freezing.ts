import { setTimeout as delay } from 'node:timers/promises';
import { Conflict, System } from '../../base/errors.js';
import { isErrno } from '../../native/libc.js';
import type { CgroupTree } from './cgroups.js';

/** A v1 freezer needs several goes with processes that fork or wait in the kernel. */
const TRIES = 200;
const PAUSE_MS = 10;

/** What is to stand still. */
export interface Freezing {
  readonly id: string;
  readonly cgroupsPath: string;
  /** Whether it was killed: a process of a v1 group that freezes before it has died never does. */
  isDoomed(): boolean;
}

/**
 * Stops all processes of a container's group.
 * @throws Conflict if it is killed meanwhile, System if they don't stop; they run again then
 */
export async function freezeGroup(
  cgroups: Pick<CgroupTree, 'freeze' | 'isFrozen'>,
  { id, cgroupsPath, isDoomed }: Freezing,
): Promise<void> {
  try {
    for (let attempt = 0; attempt < TRIES && !isDoomed(); attempt++) {
      cgroups.freeze(cgroupsPath, true);
      if (cgroups.isFrozen(cgroupsPath)) return;
      await delay(PAUSE_MS);
    }
    cgroups.freeze(cgroupsPath, false);
  } catch (error) {
    // It has ended, and its group is gone.
    if (!isErrno(error, 'ENOENT', 'ENODEV')) throw error;
    throw new Conflict(`container ${id} is not running`);
  }
  if (isDoomed()) throw new Conflict(`container ${id} is not running`);
  throw new System(`cannot pause container ${id}: its processes don't stop`);
}
