import { Conflict, messageOf, NotModified, System } from '../../base/errors.js';
import type { Timer } from '../../base/timers.js';
import type { Container, Run } from './container.js';
import type { ContainersContext } from './context.js';
import { watchHealth } from './health/monitor.js';
import { killEvent } from './kill-event.js';
import { cancelRestart } from './restart/pending.js';
import { isRestarting } from './restart/policy.js';
import { parseSignal } from './signals.js';
import { startContainer } from './start.js';

/** Docker Engine API: the query of `ContainerStop` and `ContainerRestart`. */
export interface StopOptions {
  readonly signal?: string;
  /** -1 waits for ever. Default: the container's `StopTimeout`, else 10. */
  readonly timeoutSeconds?: number;
}

/** Docker's default. */
const defaultTimeoutSeconds = 10;

/**
 * Asks the container to end, and makes it after the timeout. Only the asking has the container for itself: who kills,
 * removes or pauses it, or stops it with less patience, must not wait for an end that may take minutes.
 * @throws NotModified if it doesn't run
 */
export async function stopContainer(
  context: ContainersContext,
  container: Container,
  options: StopOptions,
): Promise<void> {
  const run = await context.locks.run(container.id, () => askToEnd(context, container, options));
  if (run) await outlast(context, container, run, options);
  context.emit({ action: 'stop', container: container.record });
}

/** @returns the life whose end is to come; undefined if it only waited for a restart */
async function askToEnd(
  context: ContainersContext,
  container: Container,
  options: StopOptions,
): Promise<Run | undefined> {
  const { run } = container;
  if (!container.isUp) throw new NotModified(`container ${container.id} is not running`);
  if (!context.registry.closing) await noteManualStop(context, container);
  container.exitOnNext = true;
  cancelRestart(container);
  if (!run) return undefined;
  if (run.record.paused) await resume(context, container);
  const { StopSignal } = container.record.config;
  const signal = parseSignal(options.signal || StopSignal || 'SIGTERM');
  await signalUnlessGone(context, container, signal);
  return run;
}

async function outlast(
  context: ContainersContext,
  container: Container,
  { ended }: Run,
  options: StopOptions,
): Promise<void> {
  const { StopTimeout } = container.record.config;
  const seconds = options.timeoutSeconds ?? StopTimeout ?? defaultTimeoutSeconds;
  if (await within(context, ended, seconds)) return;
  await signalUnlessGone(context, container, 'SIGKILL');
  await ended;
}

/** Stops if need be, then starts. */
export async function restartContainer(
  context: ContainersContext,
  container: Container,
  { ref = container.id, ...options }: StopOptions & { readonly ref?: string },
): Promise<void> {
  container.restarts++;
  try {
    await unlessDoneAlready(stopContainer(context, container, options));
    await unlessDoneAlready(
      context.locks.run(container.id, () => startContainer(context, container)),
    );
  } catch (error) {
    // 500 whatever the reason, as in Docker.
    throw new System(`Cannot restart container ${ref}: ${messageOf(error)}`);
  } finally {
    container.restarts--;
  }
  context.emit({ action: 'restart', container: container.record });
}

/** One that has ended by itself, or that somebody else has started meanwhile, is as it should be. */
async function unlessDoneAlready(work: Promise<void>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!(error instanceof NotModified)) throw error;
  });
}

/** Sends a signal to a running container's first process. */
export async function killContainer(
  context: ContainersContext,
  container: Container,
  signal: string,
): Promise<void> {
  const name = parseSignal(signal || 'SIGKILL');
  if (!container.run && container.pendingRestart) {
    const isOver = await context.locks.run(container.id, () => stopWaiting(context, container));
    if (isOver) return;
  }
  const { run } = container;
  if (!run) {
    throw new Conflict(`container ${container.id} is not running`);
  }
  if (endsFor(container, name)) {
    container.exitOnNext = true;
    await noteManualStop(context, container);
  }
  if (run.record.paused && name === 'SIGKILL') await resume(context, container);
  await sendSignal(context, container, name);
  if (name === 'SIGKILL') await run.ended;
}

/**
 * Whether its restart policy takes a signal for the wish that it ends. Docker's rule: the container's own stop signal
 * and SIGKILL do, and any signal if it has none of its own.
 */
function endsFor({ record }: Container, signal: string): boolean {
  const own = record.config.StopSignal;
  return !own || signal === 'SIGKILL' || signal === parseSignal(own);
}

/** Ends a wait for a restart. False if it was started just before. */
async function stopWaiting(context: ContainersContext, container: Container): Promise<boolean> {
  if (container.run || !container.pendingRestart) return false;
  cancelRestart(container);
  await noteManualStop(context, container);
  return true;
}

/** It must be on disk before the container ends: a daemon that is killed then must not start it again. */
async function noteManualStop(context: ContainersContext, container: Container): Promise<void> {
  const { record } = container;
  container.record = { ...record, stoppedByUser: true };
  if (!isRestarting(record.host.RestartPolicy) || record.stoppedByUser) return;
  await context.records.save(container.id, container.record);
}

/** Freezes all processes. @throws Conflict if it does not run or is paused */
export async function pauseContainer(
  context: ContainersContext,
  container: Container,
): Promise<void> {
  const { run } = container;
  container.refuseWhileRestarting();
  if (!run) throw new Conflict(`container ${container.id} is not running`);
  if (run.record.paused) throw new Conflict(`container ${container.id} is already paused`);
  await context.launcher.pause(container.id);
  await setPaused(context, container, true);
  context.emit({ action: 'pause', container: container.record });
}

/** Lets them go on. @throws Conflict if it is not paused */
export async function unpauseContainer(
  context: ContainersContext,
  container: Container,
): Promise<void> {
  if (!container.run?.record.paused) throw new Conflict(`Container ${container.id} is not paused`);
  await resume(context, container);
  context.emit({ action: 'unpause', container: container.record });
}

async function resume(context: ContainersContext, container: Container): Promise<void> {
  await context.launcher.resume(container.id);
  await setPaused(context, container, false);
}

async function setPaused(
  context: ContainersContext,
  container: Container,
  paused: boolean,
): Promise<void> {
  if (!container.run) throw new Conflict(`container ${container.id} is not running`);
  container.run = { ...container.run, record: { ...container.run.record, paused } };
  if (paused) container.monitor?.cancel();
  else watchHealth(context, container);
  await context.runs.save(container.id, container.run.record);
}

/** One that ends by itself just now is as good as stopped: its exit is about to be noticed. */
async function signalUnlessGone(
  context: ContainersContext,
  container: Container,
  signal: string,
): Promise<void> {
  await sendSignal(context, container, signal).catch((error: unknown) => {
    if (!(error instanceof Conflict)) throw error;
  });
}

async function sendSignal(
  context: ContainersContext,
  container: Container,
  signal: string,
): Promise<void> {
  await context.launcher.kill(container.id, signal);
  context.emit(killEvent(container, signal));
}

/** Whether the promise resolves in time; there is none for less than 0 seconds. */
async function within(
  { timers }: ContainersContext,
  promise: Promise<unknown>,
  seconds: number,
): Promise<boolean> {
  if (seconds < 0) return promise.then(() => true);
  let timer: Timer | undefined;
  const timeout = new Promise<boolean>((done) => {
    timer = timers.after(seconds * 1000, () => done(false));
  });
  try {
    return await Promise.race([promise.then(() => true), timeout]);
  } finally {
    timer?.cancel();
  }
}
