import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../base/errors.js';
import { shortId } from '../../base/ids.js';
import { claimAddresses } from './claims.js';
import { Container } from './container.js';
import type { ContainersContext } from './context.js';
import { sweepExecFolders } from './exec-folders.js';
import { endedHealth } from './health/check.js';
import { watchHealth } from './health/monitor.js';
import { watchRun } from './life.js';
import { type ContainerRecord, type LastRun, never, neverRun, type RunRecord } from './model.js';
import { volumeHolders } from './mounts/holders.js';
import { watchMemory } from './out-of-memory.js';
import { makeOwnFolder } from './own-folder.js';
import { runDirOf } from './paths.js';
import { removeStopped } from './remove.js';
import { startContainer } from './start.js';

/**
 * After a start of the daemon: containers that still run are taken back with their networks, those that ended
 * meanwhile get their exit codes, and what a killed daemon left half done is removed.
 */
export async function restoreContainers(context: ContainersContext): Promise<void> {
  const { containersDir, idMaps } = context.settings;
  await mkdir(containersDir, { recursive: true, mode: 0o710 });
  await makeOwnFolder(containersDir, idMaps);
  for (const record of oldestFirst(ofThisDriver(context))) {
    context.registry.add(new Container(await withFreeName(context, record)));
  }
  const runs = new Map(context.runs.values().map((run) => [run.id, run]));
  const known = [...runs.values()].filter((run) => isKnown(context, run.id));
  const alive = await context.launcher.alive(
    known.map((run) => ({ id: run.id, pid: run.pid, runDir: runDirOf(context, run) })),
  );
  // Processes first: those of a start that was cut short would keep namespaces and mounts.
  for (const run of runs.values()) if (!alive.has(run.id)) await endedMeanwhile(context, run);
  await sweepRunDirs(context, alive);
  await sweepExecFolders(context, alive);
  await context.launcher.sweep(alive);
  const ids = context.registry.all().map(({ id }) => id);
  // What a container has written outlives its record: somebody may be able to repair that.
  await context.rootfs.reconcile([...ids, ...context.records.setAside], alive);
  await context.networks.restore(alive);
  await context.volumes.restore(volumeHolders(context, alive));
  for (const container of context.registry.all().reverse()) claimAddresses(context, container);
  for (const run of runs.values()) if (alive.has(run.id)) await takeBack(context, run);
  for (const container of context.registry.all()) await noteLoss(context, container);
  await sweepFolders(context);
  await removeVanishing(context);
}

function oldestFirst(records: readonly ContainerRecord[]): ContainerRecord[] {
  return [...records].sort((a, b) => (a.created < b.created ? -1 : 1));
}

/** Those of other storage drivers are left aside, as their images are, until their driver is back. */
function ofThisDriver({ records, rootfs }: ContainersContext): ContainerRecord[] {
  return records.values().filter(({ driver = rootfs.driver }) => driver === rootfs.driver);
}

/** While its storage driver was not in use, another container may have taken its name. */
async function withFreeName(
  { registry, records }: ContainersContext,
  record: ContainerRecord,
): Promise<ContainerRecord> {
  const { id, name } = record;
  if (registry.isNameFree(name)) {
    registry.reserveName(name, id);
    return record;
  }
  const renamed = { ...record, name: `${name}-${shortId(id)}` };
  registry.reserveName(renamed.name, id);
  await records.save(id, renamed);
  return renamed;
}

function isKnown(context: ContainersContext, id: string): boolean {
  return context.registry.all().some((container) => container.id === id);
}

/** The container goes on as if nothing had been. */
async function takeBack(context: ContainersContext, run: RunRecord): Promise<void> {
  const container = context.registry.find(run.id);
  const paused = context.launcher.isPaused(run.id);
  watchRun(context, container, { ...run, paused }, startContainer);
  watchHealth(context, container);
  watchMemory(context, container);
  await settle(context, container).catch((error: unknown) => {
    context.logger.warn('networks of a container not settled', {
      container: run.id,
      error: messageOf(error),
    });
  });
}

/** The container ended, or was half started or half removed, while no daemon was there. */
async function endedMeanwhile(context: ContainersContext, run: RunRecord): Promise<void> {
  const runDir = runDirOf(context, run);
  if (isKnown(context, run.id)) {
    const container = context.registry.find(run.id);
    if (run.health) container.record = { ...container.record, health: endedHealth(run.health) };
    await noteExit(context, container, run);
  }
  await context.launcher.delete(run.id, runDir);
  await context.rootfs.unmount(run.id);
  await rm(runDir, { recursive: true, force: true });
  await context.runs.remove(run.id);
}

async function noteExit(
  context: ContainersContext,
  container: Container,
  run: RunRecord,
): Promise<void> {
  const { id, record } = container;
  const { lastRun } = record;
  const isNoted = lastRun.startedAt === run.startedAt;
  // The daemon before had written it down and was about to clean up.
  if (isNoted && lastRun.finishedAt !== never) return;
  // Its program never ran: nobody was told that it had started.
  if (context.launcher.stillborn(id)) {
    if (isNoted) await saveLastRun(context, container, neverRun);
    return;
  }
  const exit = await context.launcher.exited(id, runDirOf(context, run)).catch(() => ({
    code: 137,
    at: context.clock.now().toISOString(),
    oomKilled: false,
  }));
  await saveLastRun(context, container, {
    status: 'exited',
    exitCode: exit.code,
    startedAt: run.startedAt,
    finishedAt: exit.at || never,
    oomKilled: exit.oomKilled,
    error: '',
  });
}

/** The machine went down under it: there is no trace of the run but that it had begun. */
async function noteLoss(context: ContainersContext, container: Container): Promise<void> {
  const { lastRun } = container.record;
  if (container.run || lastRun.status !== 'exited' || lastRun.finishedAt !== never) return;
  const finishedAt = context.clock.now().toISOString();
  await saveLastRun(context, container, { ...lastRun, finishedAt });
}

async function saveLastRun(
  context: ContainersContext,
  container: Container,
  lastRun: LastRun,
): Promise<void> {
  container.record = { ...container.record, lastRun };
  await context.records.save(container.id, container.record);
}

async function settle(context: ContainersContext, container: Container): Promise<void> {
  await settleNames(context, container);
  await settleNetworks(context, container);
}

/** The daemon may have died when it had written a new name or the end of a link down, and nobody followed yet. */
async function settleNames(
  { networks }: ContainersContext,
  { id, record: { name, links = [] } }: Container,
): Promise<void> {
  const sandbox = networks.sandbox(id);
  if (sandbox && sandbox.containerName !== name) await networks.renameSandbox(id, name);
  const over = sandbox?.links?.filter(({ alias }) => links.every((link) => link.alias !== alias));
  for (const { alias } of over ?? []) await networks.unlinkSandbox(id, alias);
}

/**
 * The daemon may have died between a connect or disconnect and the note of it in the container's record. A
 * connect is undone then, as nobody was told of it; a disconnect has taken place.
 */
async function settleNetworks(context: ContainersContext, container: Container): Promise<void> {
  const { networks } = context;
  const { id, record } = container;
  const sandbox = networks.sandbox(id);
  if (sandbox?.kind.type !== 'own') return;
  const wanted = Object.keys(record.networks).map((reference) => ({
    reference,
    network: networks.networks().find((n) => n.name === reference || n.id.startsWith(reference)),
  }));
  // Legs on the gateway network have names of their own: nobody asked for them.
  for (const { networkId } of sandbox.endpoints.filter(({ name }) => name === undefined)) {
    if (wanted.some(({ network }) => network?.id === networkId)) continue;
    await networks.disconnect(id, networkId);
  }
  const isOn = ({ network }: (typeof wanted)[number]) =>
    sandbox.endpoints.some(({ networkId }) => networkId === network?.id);
  const left = wanted.filter((one) => !isOn(one)).map(({ reference }) => reference);
  if (left.length === 0) return;
  const kept = Object.entries(record.networks).filter(([reference]) => !left.includes(reference));
  container.record = { ...record, networks: Object.fromEntries(kept) };
  await context.records.save(id, container.record);
}

/** Run folders without a run: a start that was cut short before its run was recorded. */
async function sweepRunDirs(context: ContainersContext, alive: ReadonlySet<string>): Promise<void> {
  const keep = new Set([...alive].map(shortId));
  const names = await readdir(context.settings.runDir).catch(() => []);
  const byShortId = new Map(context.registry.all().map((c) => [shortId(c.id), c.id]));
  for (const name of names.filter((entry) => /^[0-9a-f]{12}$/.test(entry) && !keep.has(entry))) {
    const runDir = join(context.settings.runDir, name);
    const id = byShortId.get(name);
    await context.launcher.delete(id ?? name, runDir);
    await rm(runDir, { recursive: true, force: true });
  }
}

/** Logs of containers whose removal was cut short after their records were gone. */
async function sweepFolders(context: ContainersContext): Promise<void> {
  const folder = context.settings.containersDir;
  const names = await readdir(folder).catch(() => []);
  const { records } = context;
  const kept = new Set([...records.values().map(({ id }) => id), ...records.setAside]);
  for (const name of names.filter((entry) => /^[0-9a-f]{64}$/.test(entry))) {
    if (!kept.has(name)) await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** `--rm` holds over a restart of the daemon too. */
async function removeVanishing(context: ContainersContext): Promise<void> {
  for (const container of context.registry.all()) {
    const over = !container.run && container.record.lastRun.status === 'exited';
    if (container.record.host.AutoRemove && over) await removeStopped(context, container);
  }
}
