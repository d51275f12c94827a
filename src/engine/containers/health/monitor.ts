import type { HealthProbe } from '../../../api/types/health.js';
import { messageOf } from '../../../base/errors.js';
import type { Timer } from '../../../base/timers.js';
import type { ProbeRequest } from '../../isolation/contract.js';
import type { Container } from '../container.js';
import type { ContainersContext } from '../context.js';
import { mergeEnv } from '../merge.js';
import { runDirOf } from '../paths.js';
import { type HealthCheck, healthAfter, healthCheck, nextProbeMs } from './check.js';

/**
 * Has a running container's health checked from now on, if it has a check: at most one probe at a time, the next a
 * while after the end of the last. To be called again when it was paused.
 */
export function watchHealth(context: ContainersContext, container: Container): void {
  container.monitor?.cancel();
  container.monitor = undefined;
  const { run, record } = container;
  const check = healthCheck(record.config);
  if (!check || !run?.record.health || run.record.paused) return;
  const abort = new AbortController();
  const watched: Watched = { context, container, check, signal: abort.signal };
  const timer = probeLater(watched);
  abort.signal.addEventListener('abort', () => timer.current?.cancel());
  container.monitor = { cancel: () => abort.abort() };
}

interface Watched {
  readonly context: ContainersContext;
  readonly container: Container;
  readonly check: HealthCheck;
  readonly signal: AbortSignal;
}

/** @returns the timer of the next probe, and of each one after it */
function probeLater(watched: Watched): { current: Timer | undefined } {
  const { context, container, check, signal } = watched;
  const timer: { current: Timer | undefined } = { current: undefined };
  const again = () => {
    const { health } = container;
    if (signal.aborted || !health) return;
    timer.current = context.timers.after(nextProbeMs(check, health, ranMs(watched)), () => {
      void probe(watched).then(again);
    });
  };
  again();
  return timer;
}

function ranMs({ context, container }: Watched, at = context.clock.now()): number {
  const startedAt = container.run?.record.startedAt;
  return startedAt === undefined ? 0 : at.getTime() - Date.parse(startedAt);
}

/** One probe, and what follows of it. Never fails. */
async function probe(watched: Watched): Promise<void> {
  const { context, container, signal } = watched;
  const begun = context.clock.now();
  const outcome = await runProbe(watched).catch((error: unknown) => ({
    ExitCode: -1,
    Output: messageOf(error),
  }));
  // The container ended or was paused meanwhile: that is no failure of its own.
  if (signal.aborted) return;
  const End = context.clock.now().toISOString();
  await note(watched, { Start: begun.toISOString(), End, ...outcome }).catch((error: unknown) => {
    context.logger.warn('health not noted', { container: container.id, error: messageOf(error) });
  });
}

async function runProbe(watched: Watched): Promise<Pick<HealthProbe, 'ExitCode' | 'Output'>> {
  const { context, container, check, signal } = watched;
  const { Env, WorkingDir, User } = container.record.config;
  const execID = context.ids.id();
  const emit = (action: string, more: Record<string, string> = {}) =>
    context.emit({ action, container: container.record, attributes: { execID, ...more } });
  const shown = check.args.join(' ');
  emit(`exec_create: ${shown}`);
  emit(`exec_start: ${shown}`);
  const request: ProbeRequest = {
    execId: execID,
    containerId: container.id,
    runDir: runDirOf(context, container),
    args: check.args,
    env: mergeEnv(Env, []),
    cwd: WorkingDir || '/',
    user: User,
    timeoutMs: check.timeoutMs,
  };
  container.execIds.add(execID);
  try {
    const { exitCode, output, timedOut } = await context.probes.run(request, signal);
    emit('exec_die', { exitCode: String(exitCode) });
    return timedOut
      ? { ExitCode: -1, Output: timeoutText(check, output) }
      : { ExitCode: exitCode, Output: output };
  } finally {
    container.execIds.delete(execID);
  }
}

/** As Docker puts it, with the duration in Go's way for whole units. */
function timeoutText({ timeoutMs }: HealthCheck, output: string): string {
  const text = `Health check exceeded timeout (${goDuration(timeoutMs)})`;
  return output === '' ? text : `${text}: ${output}`;
}

/** `1m30s`, `2.5s`, `200ms`. */
function goDuration(ms: number): string {
  if (ms < 1000) return `${ms}ms`;
  const [hours, minutes] = [Math.trunc(ms / 3_600_000), Math.trunc(ms / 60_000) % 60];
  const seconds = `${(ms % 60_000) / 1000}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}

async function note(watched: Watched, probed: HealthProbe): Promise<void> {
  const { context, container, check } = watched;
  const { run, health } = container;
  if (!run || !health) return;
  const after = healthAfter(health, probed, {
    check,
    ranMs: ranMs(watched, new Date(probed.Start)),
  });
  container.run = { ...run, record: { ...run.record, health: after } };
  if (after.Status !== health.Status) {
    context.emit({ action: `health_status: ${after.Status}`, container: container.record });
  }
  await context.runs.save(container.id, container.run.record);
}
