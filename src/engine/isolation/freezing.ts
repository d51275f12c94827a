import { setTimeout as delay } from 'node:timers/promises';
import { System } from '../../base/errors.js';
import type { CgroupTree } from './cgroups.js';

/** A v1 freezer needs several goes with processes that fork or wait in the kernel. */
const TRIES = 200;
const PAUSE_MS = 10;

/** Stops all processes of a container's group. @throws System, and lets them run again, if they don't stop */
export async function freezeGroup(
  cgroups: CgroupTree,
  { id, cgroupsPath }: { readonly id: string; readonly cgroupsPath: string },
): Promise<void> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    if (attempt > 0) await delay(PAUSE_MS);
    cgroups.freeze(cgroupsPath, true);
    if (cgroups.isFrozen(cgroupsPath)) return;
  }
  cgroups.freeze(cgroupsPath, false);
  throw new System(`cannot pause container ${id}: its processes don't stop`);
}
