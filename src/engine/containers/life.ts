import { rmSync } from 'node:fs';
import { messageOf } from '../../base/errors.js';
import type { Exit } from '../isolation/contract.js';
import type { Container } from './container.js';
import type { ContainersContext } from './context.js';
import { endedHealth } from './health/check.js';
import { watchLog } from './log.js';
import type { RunRecord } from './model.js';
import { runDirOf } from './paths.js';
import { removeStopped } from './remove.js';
import { isToRestart, restartLater, type Starter } from './restart/pending.js';

/**
 * Waits for the end of a container's processes and does what follows. Clients that wait are answered as
 * soon as the network is given back; unmounting and forgetting go on behind that. `start` starts it again if its
 * restart policy says so.
 */
export function watchRun(
  context: ContainersContext,
  container: Container,
  record: RunRecord,
  start: Starter,
): void {
  const ended = context.launcher
    .exited(container.id, runDirOf(context, container))
    .catch((error: unknown) => lost(context, container, error))
    .then((exit) => end(context, container, { run: record, exit, start }));
  const cleaned = ended.then(() => cleanUp(context, container, record));
  container.run = { record, ended, cleaned };
  container.cleaned = cleaned;
  container.settled = cleaned.then(() => leave(context, container));
  watchLog(context, container);
}

/** Nobody can tell how it ended any more: as if killed, so that it can be started and removed again. */
function lost(context: ContainersContext, container: Container, error: unknown): Exit {
  context.logger.error('lost track of a container', { container: container.id, error });
  return { code: 137, at: context.clock.now().toISOString(), oomKilled: false };
}

/** From running to exited. */
async function end(
  context: ContainersContext,
  container: Container,
  { run, exit, start }: { run: RunRecord; exit: Exit; start: Starter },
): Promise<Exit> {
  // The start failed and was rolled back: there is no life to end.
  if (container.run?.record.startedAt !== run.startedAt) return exit;
  const health = container.health && endedHealth(container.health);
  const last = container.run.record;
  container.monitor?.cancel();
  container.monitor = undefined;
  await context.turns
    .run(() => context.networks.closeSandbox(container.id))
    .catch((error: unknown) => warn(context, container, 'network', error));
  const restarts = isToRestart(container, exit);
  container.record = {
    ...container.record,
    ...(health && { health }),
    ...(restarts && { restartCount: (container.record.restartCount ?? 0) + 1 }),
    lastRun: {
      status: 'exited',
      exitCode: exit.code,
      startedAt: run.startedAt,
      finishedAt: exit.at,
      oomKilled: exit.oomKilled,
      error: '',
    },
  };
  container.run = undefined;
  container.leaving = container.record.host.AutoRemove && container.restarts === 0;
  container.execIds.clear();
  if (restarts) restartLater(context, container, { run, exit, start });
  tellEnd(context, container, last, exit);
  container.tell(['not-running', 'next-exit'], { StatusCode: exit.code });
  return exit;
}

function tellEnd(
  context: ContainersContext,
  container: Container,
  { startedAt, oomKilled: wasTold }: RunRecord,
  { code, at, oomKilled }: Exit,
): void {
  if (oomKilled && !wasTold) context.emit({ action: 'oom', container: container.record });
  const seconds = Math.trunc((Date.parse(at) - Date.parse(startedAt)) / 1000);
  const attributes = { exitCode: String(code), execDuration: String(Math.max(seconds, 0)) };
  context.emit({ action: 'die', container: container.record, attributes });
}

/** What nobody needs to wait for, except the next start and the removal. */
async function cleanUp(
  context: ContainersContext,
  container: Container,
  run: RunRecord,
): Promise<void> {
  // A start that was rolled back has cleaned up after itself.
  if (container.record.lastRun.startedAt !== run.startedAt) return;
  const runDir = runDirOf(context, container);
  const attempt = (what: string, work: () => Promise<unknown>) =>
    work().catch((error: unknown) => warn(context, container, what, error));
  const remember = async () => {
    if (container.record.host.AutoRemove) return;
    await attempt('record', () => context.records.save(container.id, container.record));
  };
  const unmount = attempt('root file system', () => context.rootfs.unmount(container.id));
  const volumes = attempt('volumes', () => context.volumes.unmountAll(container.id));
  await Promise.all([remember(), unmount, volumes]);
  // The exit is on disk before the volatile traces that would tell of it after a restart are removed.
  await attempt('process', () =>
    context.turns.run(() => context.launcher.delete(container.id, runDir)),
  );
  // In memory and small: the way to another thread and back, several times, would take longer.
  await attempt('run folder', async () => rmSync(runDir, { recursive: true, force: true }));
  await attempt('run record', () => context.runs.remove(container.id));
}

/** The removal that `--rm` asks for. Whatever else is done to the container ends before: it must not write it down again. */
async function leave(context: ContainersContext, container: Container): Promise<void> {
  if (!container.leaving) return;
  await context.locks
    .run(container.id, async () => {
      const isThere = context.registry.has(container);
      if (isThere && !container.removing) await removeStopped(context, container);
    })
    .catch((error: unknown) => warn(context, container, 'removal', error));
}

function warn(
  context: ContainersContext,
  container: Container,
  what: string,
  error: unknown,
): void {
  context.logger.warn('clean-up after exit', {
    container: container.id,
    what,
    error: messageOf(error),
  });
}
