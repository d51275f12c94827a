import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Conflict } from '../../base/errors.js';
import { giveUpAddresses } from './claims.js';
import type { Container } from './container.js';
import type { ContainersContext } from './context.js';
import { killEvent } from './kill-event.js';
import { releaseMounts } from './mounts/release.js';
import { cancelRestart } from './restart/pending.js';

/** Removes a container; a running one only by force. */
export async function removeContainer(
  context: ContainersContext,
  container: Container,
  options: { force: boolean; volumes?: boolean },
): Promise<void> {
  if (container.removing) {
    throw new Conflict(`removal of container ${container.id} is already in progress`);
  }
  if (container.isUp && !options.force) throw new Conflict(refusal(container));
  cancelRestart(container);
  if (container.run) {
    const { ended } = container.run;
    container.removing = true;
    container.exitOnNext = true;
    try {
      await context.launcher.kill(container.id, 'SIGKILL');
      context.emit(killEvent(container, 'SIGKILL'));
    } catch (error) {
      container.removing = error instanceof Conflict;
      // Else it has just ended by itself.
      if (!container.removing) throw error;
    }
    await ended;
  }
  container.removing = true;
  await container.cleaned;
  await removeStopped(context, container, options);
}

function refusal({ status, record }: Container): string {
  const name = `"/${record.name}"`;
  return status === 'paused'
    ? `cannot remove container ${name}: container is paused and must be unpaused first`
    : `cannot remove container ${name}: container is ${status}: stop the container before removing or force remove`;
}

/**
 * Removes what is left of a container whose processes are gone. The record goes first: a half-removed container must
 * not come back. `volumes`: those that nobody named go, too, as with `--rm`.
 */
export async function removeStopped(
  context: ContainersContext,
  container: Container,
  { volumes = false }: { volumes?: boolean } = {},
): Promise<void> {
  const { id, record } = container;
  const discard = volumes || record.host.AutoRemove;
  const mounts = releaseMounts(context, record, { discard });
  container.removing = true;
  let isForgotten = container.dead;
  try {
    await mounts.announce();
    await context.records.remove(id);
    isForgotten = true;
    // One that is just put aside is in several files, which come and go.
    await context.logs.close(id);
    const files = join(context.settings.containersDir, id);
    await Promise.all([
      context.turns.run(() => context.rootfs.remove(id)),
      rm(files, { recursive: true, force: true }),
    ]);
    await mounts.finish();
  } catch (error) {
    // Without its record it won't be back: nothing is left to do but to try again.
    container.dead = isForgotten;
    container.removing = false;
    throw error;
  }
  context.registry.delete(container);
  giveUpAddresses(context, container);
  context.emit({ action: 'destroy', container: container.record });
  const StatusCode = container.record.lastRun.exitCode;
  container.tell(['not-running', 'next-exit', 'removed'], { StatusCode });
}
