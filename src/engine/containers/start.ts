import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  Conflict,
  messageOf,
  NotFound,
  NotModified,
  prefixed,
  System,
  TsnetError,
} from '../../base/errors.js';
import { Rollback } from '../../base/rollback.js';
import type { SandboxRequest } from '../../cnm/contract.js';
import { startFailureCode } from '../isolation/runtime-errors.js';
import { openStreams } from './attach.js';
import { bindMounts, presentFiles } from './binds.js';
import type { Container } from './container.js';
import type { ContainersContext } from './context.js';
import { freshHealth, healthCheck } from './health/check.js';
import { watchHealth } from './health/monitor.js';
import { joinedNamespaces, sandboxNamespaces } from './joined-namespaces.js';
import { linkEnvironment } from './legacy-links.js';
import { watchRun } from './life.js';
import { preparedLog } from './log.js';
import { mergeEnv } from './merge.js';
import { type ContainerRecord, lostRun, type RunRecord } from './model.js';
import { setUpMounts } from './mounts/set-up.js';
import { joinedContainer } from './network-mode.js';
import { sandboxRequest } from './networking.js';
import { watchMemory } from './out-of-memory.js';
import { makeOwnFolder } from './own-folder.js';
import { runDirOf } from './paths.js';
import { removeStopped } from './remove.js';
import { cancelRestart } from './restart/pending.js';

/** Who starts it: what a user starts begins anew with its restart policy. */
export interface StartOptions {
  readonly byPolicy?: boolean;
}

/** Starts a container. @throws NotModified if it runs already, or is about to by its restart policy */
export async function startContainer(
  context: ContainersContext,
  container: Container,
  { byPolicy = false }: StartOptions = {},
): Promise<void> {
  if (container.status === 'paused') {
    throw new Conflict('cannot start a paused container, try unpause instead');
  }
  refuseLeaving(container);
  if (container.run || (container.pendingRestart && !byPolicy)) {
    throw new NotModified(`container ${container.id} is already running`);
  }
  await container.cleaned;
  if (!byPolicy) beginAnew(container);
  try {
    await launch(context, container);
  } catch (error) {
    const failure = startFailure(lostOwner(context, container) ?? error);
    await noteFailure(context, container, failure);
    throw failure.error;
  } finally {
    cancelRestart(container);
  }
}

/** The restart policy forgets what was. */
function beginAnew(container: Container): void {
  container.exitOnNext = false;
  container.restartDelayMs = 0;
  container.record = { ...container.record, restartCount: 0, stoppedByUser: false };
}

function refuseLeaving({ removing, leaving, dead }: Container): void {
  if (removing || leaving || dead)
    throw new Conflict('container is marked for removal and cannot be started');
}

/**
 * The story of a start: file system, network, process; each undone if a later one fails. Only so many are in the
 * middle of one at a time, so that the daemon answers others meanwhile; nobody waits for another's volume plugin.
 */
async function launch(context: ContainersContext, container: Container): Promise<void> {
  const { id, record } = container;
  const { launcher, rootfs, turns } = context;
  await using rollback = new Rollback(context.logger);
  launcher.expect();
  await makeOwnFolder(join(context.settings.containersDir, id), context.settings.idMaps);
  const request = wantedSandbox(context, container);
  const joined = joinedNamespaces(context, record.host);

  const merged = await turns.run(() => rootfs.mount(id));
  rollback.defer('root file system', () => rootfs.unmount(id));
  rollback.defer('volumes', () => context.volumes.unmountAll(id));
  const mounts = await setUpMounts(context, container);
  const run = await turns.run(() =>
    runIn(context, container, { request, joined, merged, mounts, rollback }),
  );
  rollback.commit();
  notePresumedEnd(context, container, run);
  watchHealth(context, container);
  watchMemory(context, container);
  context.emit({ action: 'start', container: record });
}

/** What a start has made ready for the sandbox and the process. */
interface Prepared {
  readonly request: SandboxRequest;
  readonly joined: ReturnType<typeof joinedNamespaces>;
  /** Path of the root file system. */
  readonly merged: string;
  readonly mounts: Awaited<ReturnType<typeof setUpMounts>>;
  readonly rollback: Rollback;
}

async function runIn(
  context: ContainersContext,
  container: Container,
  { request, joined, merged, mounts, rollback }: Prepared,
): Promise<RunRecord> {
  const { id, record } = container;
  const { launcher, networks, runs } = context;
  const sandbox = await networks.openSandbox(request, { publish: false }).catch(networkFailure);
  rollback.defer('sandbox', () => networks.closeSandbox(id));

  const runDir = runDirOf(context, container);
  rollback.defer('run folder', () => rm(runDir, { recursive: true, force: true }));
  rollback.defer('process', () => launcher.delete(id, runDir));
  const launch = {
    spec: {
      id,
      config: withLinks(context, record),
      args: record.args,
      host: record.host,
      rootfs: merged,
      hostname: request.hostname,
      ...sandboxNamespaces(sandbox, joined),
      binds: bindMounts(mounts, presentFiles(sandbox), record.host.ReadonlyRootfs),
      cgroupsPath: join(
        '/',
        record.host.CgroupParent || context.settings.cgroupParent || 'tsnet',
        id,
      ),
      joined,
    },
    runDir,
    logPath: await preparedLog(context, container),
    tty: record.config.Tty,
    openStdin: record.config.OpenStdin,
    stdinOnce: record.config.StdinOnce,
  };
  // The runtime is at work meanwhile; nothing of the container runs yet.
  const creation = launcher.create(launch);
  const publication = networks.publishPorts(id).catch(networkFailure);
  await Promise.allSettled([creation, publication]);
  await publication;
  const { pid } = await creation;
  await context.volumes.settle(id);
  const run = newRun(context, container, pid);
  await runs.save(id, run);
  rollback.defer('run record', () => runs.remove(id));
  await connectAttaches(context, container);
  watchRun(context, container, run, startContainer);
  rollback.defer('run', () => {
    container.run = undefined;
  });
  await launcher.start(id);
  return run;
}

function newRun({ clock }: ContainersContext, { record }: Container, pid: number): RunRecord {
  const health = healthCheck(record.config) && freshHealth(record.health);
  const startedAt = clock.now().toISOString();
  return { id: record.id, pid, startedAt, paused: false, ...(health && { health }) };
}

/** Its configuration with what it is told of containers that it is linked to; what the user says counts more. */
function withLinks(context: ContainersContext, record: ContainerRecord): ContainerRecord['config'] {
  if (!context.settings.linkEnvironment || !record.links) return record.config;
  const { config } = record;
  return { ...config, Env: mergeEnv(linkEnvironment(context, record), config.Env) };
}

/** What the record says if nothing is heard of the run any more; nobody waits for the disk. */
function notePresumedEnd(context: ContainersContext, container: Container, run: RunRecord): void {
  // It may have ended already.
  if (container.run?.record !== run) return;
  container.record = { ...container.record, lastRun: lostRun(run.startedAt) };
  context.records.save(container.id, container.record).catch((error: unknown) => {
    context.logger.warn('start not noted', { container: container.id, error: messageOf(error) });
  });
}

async function connectAttaches(context: ContainersContext, container: Container): Promise<void> {
  for (const pending of container.pendingAttaches) {
    pending.connect(await openStreams(context, container, pending.stdin));
  }
  container.pendingAttaches.clear();
}

/** As in Docker the attempt is named for networks that aren't there, not for a container whose network can't be shared. */
function wantedSandbox(context: ContainersContext, container: Container): SandboxRequest {
  try {
    return sandboxRequest(context, container);
  } catch (error) {
    if (!(error instanceof NotFound)) throw error;
    throw prefixed('failed to set up container networking', error);
  }
}

function networkFailure(error: unknown): never {
  throw prefixed('failed to set up container networking', error);
}

/** Why a container can't share a network whose owner has ended while it was started; whatever failed of it then. */
function lostOwner({ registry }: ContainersContext, { record }: Container): Conflict | undefined {
  const joined = joinedContainer(record.host.NetworkMode);
  const owner = registry.all().find(({ id }) => id === joined);
  if (!owner || owner.run) return undefined;
  return new Conflict(`cannot join network of a non running container: ${owner.id}`);
}

/** What went wrong, and the exit code that `docker run` expects to find in the container's state. */
function startFailure(error: unknown): { error: unknown; exitCode: number } {
  const text = messageOf(error);
  const shown = error instanceof TsnetError ? error : new System(text);
  return { error: shown, exitCode: startFailureCode(text) };
}

async function noteFailure(
  context: ContainersContext,
  container: Container,
  { error, exitCode }: { error: unknown; exitCode: number },
): Promise<void> {
  for (const pending of container.pendingAttaches) pending.connect(undefined);
  container.pendingAttaches.clear();
  const lastRun = { ...container.record.lastRun, exitCode, error: messageOf(error) };
  container.record = { ...container.record, lastRun };
  container.tell(['not-running', 'next-exit'], { StatusCode: exitCode });
  const { AutoRemove } = container.record.host;
  try {
    if (AutoRemove) await removeStopped(context, container);
    else await context.records.save(container.id, container.record);
  } catch (cause) {
    // The caller must see why the start failed, not this.
    context.logger.error('failed start not noted', { container: container.id, error: cause });
  }
}
