import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { shortId } from '../../base/ids.js';
import { Container } from './container.js';
import type { ContainersContext } from './context.js';
import { watchRun } from './life.js';
import { type ContainerRecord, never, type RunRecord } from './model.js';
import { runDirOf } from './paths.js';
import { removeStopped } from './remove.js';

/**
 * After a start of the daemon: containers that still run are taken back with their networks, those that ended
 * meanwhile get their exit codes, and what a killed daemon left half done is removed.
 */
export async function restoreContainers(context: ContainersContext): Promise<void> {
  for (const record of oldestFirst(context.records.values())) {
    context.registry.reserveName(record.name, record.id);
    context.registry.add(new Container(record));
  }
  const runs = new Map(context.runs.values().map((run) => [run.id, run]));
  const known = [...runs.values()].filter((run) => isKnown(context, run.id));
  const alive = await context.launcher.alive(
    known.map((run) => ({ id: run.id, pid: run.pid, runDir: runDirOf(context, run) })),
  );
  await context.rootfs.reconcile(
    context.registry.all().map(({ id }) => id),
    alive,
  );
  await context.networks.restore(alive);
  for (const run of runs.values()) {
    if (alive.has(run.id)) watchRun(context, context.registry.find(run.id), run);
    else await endedMeanwhile(context, run);
  }
  await sweepRunDirs(context, alive);
  await removeVanishing(context);
}

function oldestFirst(records: readonly ContainerRecord[]): ContainerRecord[] {
  return [...records].sort((a, b) => (a.created < b.created ? -1 : 1));
}

function isKnown(context: ContainersContext, id: string): boolean {
  return context.registry.all().some((container) => container.id === id);
}

/** The container ended, or was half started or half removed, while no daemon was there. */
async function endedMeanwhile(context: ContainersContext, run: RunRecord): Promise<void> {
  const runDir = runDirOf(context, run);
  if (isKnown(context, run.id)) {
    const container = context.registry.find(run.id);
    const exit = await context.launcher.exited(run.id, runDir).catch(() => ({
      code: 137,
      at: context.clock.now().toISOString(),
      oomKilled: false,
    }));
    container.record = {
      ...container.record,
      lastRun: {
        status: 'exited',
        exitCode: exit.code,
        startedAt: run.startedAt,
        finishedAt: exit.at || never,
        oomKilled: exit.oomKilled,
        error: '',
      },
    };
    await context.records.save(run.id, container.record);
  }
  await context.launcher.delete(run.id, runDir);
  await context.rootfs.unmount(run.id);
  await rm(runDir, { recursive: true, force: true });
  await context.runs.remove(run.id);
}

/** Run folders without a run: a start that was cut short before its run was recorded. */
async function sweepRunDirs(context: ContainersContext, alive: ReadonlySet<string>): Promise<void> {
  const keep = new Set([...alive].map(shortId));
  const names = await readdir(context.settings.runDir).catch(() => []);
  const byShortId = new Map(context.registry.all().map((c) => [shortId(c.id), c.id]));
  for (const name of names.filter((entry) => /^[0-9a-f]{12}$/.test(entry) && !keep.has(entry))) {
    const runDir = join(context.settings.runDir, name);
    const id = byShortId.get(name);
    if (id !== undefined) {
      await context.launcher.delete(id, runDir);
      await context.rootfs.unmount(id);
    }
    await rm(runDir, { recursive: true, force: true });
  }
}

/** `--rm` holds over a restart of the daemon too. */
async function removeVanishing(context: ContainersContext): Promise<void> {
  for (const container of context.registry.all()) {
    const over = !container.run && container.record.lastRun.status === 'exited';
    if (container.record.host.AutoRemove && over) await removeStopped(context, container);
  }
}
