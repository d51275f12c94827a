import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../base/errors.js';
import type { VolumeHolder } from '../containers/mounts/volumes.js';
import type { VolumesContext } from './context.js';
import { finishStaged } from './copy/staged.js';
import { discovered, recorded } from './find.js';
import { repairFolders } from './local/reconcile.js';
import { localDriver, type VolumeUse } from './model.js';
import type { VolumeMounts } from './mount.js';
import { recordKey } from './names.js';
import { removeVolume } from './remove.js';
import { hideSubpaths } from './subpath.js';

/** After a start of the daemon: what a crash left half done is ended, and what nobody uses is unmounted. */
export async function restoreVolumes(
  context: VolumesContext,
  mounts: VolumeMounts,
  holders: readonly VolumeHolder[],
): Promise<void> {
  await repairLocal(context);
  for (const { container, volumes } of holders) {
    for (const volume of volumes) context.references.add(volume, container);
  }
  const running = new Map(
    holders.filter(({ isRunning }) => isRunning).map((one) => [one.container, one] as const),
  );
  for (const use of context.uses.values()) {
    if (running.has(use.container)) mounts.resume(use);
  }
  resumeUntracked(context, mounts, [...running.values()]);
  for (const use of context.uses.values()) {
    if (!running.has(use.container)) await endLeftover(context, mounts, use);
  }
  for (const record of localRecords(context)) await context.local.unmountIdle(record.name);
  sweepSubpaths(context);
  await fulfil(context, new Set(holders.map(({ container }) => container)));
}

function localRecords({ records }: VolumesContext) {
  return records.values().filter(({ driver }) => driver === localDriver);
}

async function repairLocal(context: VolumesContext): Promise<void> {
  const { folders, local, logger, records } = context;
  const repair = await repairFolders(folders, {
    names: () => localRecords(context).map(({ name }) => name),
    forget: (name) => records.remove(recordKey(name)),
    adopt: async ({ name }) => {
      logger.warn('volume without a record found, its labels and options are not known', {
        volume: name,
      });
      const record = discovered(context, local, { name, mountpoint: folders.data(name) });
      await records.save(recordKey(name), record);
    },
  });
  const { clear, make } = repair;
  if (clear.length + make.length > 0)
    logger.info('volumes repaired', { removed: clear, made: make });
  for (const { name } of localRecords(context)) await finishStaged(folders.of(name));
}

/** Uses that drivers need not be told of are not on disk: they are as many as the containers have volumes. */
function resumeUntracked(
  context: VolumesContext,
  mounts: VolumeMounts,
  running: readonly VolumeHolder[],
): void {
  const tracked = context.uses.values();
  for (const { container, volumes } of running) {
    for (const volume of volumes) {
      if (tracked.some((use) => use.container === container && use.volume === volume)) continue;
      const driver = recorded(context, volume)?.driver ?? localDriver;
      mounts.resume({ id: context.ids.id(), volume, driver, container });
    }
  }
}

/** A driver that doesn't answer must not keep the daemon from starting. */
async function endLeftover(
  context: VolumesContext,
  mounts: VolumeMounts,
  use: VolumeUse,
): Promise<void> {
  await mounts.end(use).catch(async (error: unknown) => {
    context.logger.warn('use of a volume not ended', {
      volume: use.volume,
      container: use.container,
      error: messageOf(error),
    });
    await context.uses.remove(use.id);
  });
}

function sweepSubpaths({ subpathsDir }: VolumesContext): void {
  for (const name of entries(subpathsDir)) hideSubpaths(join(subpathsDir, name));
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // Nobody ever used a part of a volume.
    return [];
  }
}

/** Volumes that were to go unless their container is there. */
async function fulfil(context: VolumesContext, there: ReadonlySet<string>): Promise<void> {
  for (const { container, volumes } of context.fates.values()) {
    if (!there.has(container)) await discardVolumes(context, volumes);
    await context.fates.remove(container);
  }
}

/** Removes volumes that no container has. Those that can't be removed stay for `prune`. */
export async function discardVolumes(
  context: VolumesContext,
  names: readonly string[],
): Promise<void> {
  for (const name of names) {
    if (!recorded(context, name) || context.references.of(name).length > 0) continue;
    await removeVolume(context, name, { force: false }).catch((error: unknown) => {
      context.logger.warn('anonymous volume not removed', {
        volume: name,
        error: messageOf(error),
      });
    });
  }
}
