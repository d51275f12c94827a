import { messageOf } from '../../../base/errors.js';
import type { Exit } from '../../isolation/contract.js';
import type { Container } from '../container.js';
import type { ContainersContext } from '../context.js';
import type { RunRecord } from '../model.js';
import { restartDelay, wantsRestart } from './policy.js';

/** Starts a container again, on behalf of its policy. */
export type Starter = (
  context: ContainersContext,
  container: Container,
  options: { readonly byPolicy: true },
) => Promise<void>;

/** Whether a container that has just ended is to be started again. */
export function isToRestart({ record, exitOnNext }: Container, exit: Exit): boolean {
  if (exitOnNext) return false;
  return wantsRestart(record.host.RestartPolicy, {
    exitCode: exit.code,
    stoppedByUser: record.stoppedByUser ?? false,
    restartCount: record.restartCount ?? 0,
  });
}

/** Has a container that has just ended started again after a pause that grows from time to time. */
export function restartLater(
  context: ContainersContext,
  container: Container,
  { run, exit, start }: { run: RunRecord; exit: Exit; start: Starter },
): void {
  const ranMs = Date.parse(exit.at) - Date.parse(run.startedAt);
  container.restartDelayMs = restartDelay(container.restartDelayMs, ranMs);
  const pending = context.timers.after(container.restartDelayMs, () => {
    void context.locks.run(container.id, async () => {
      // Somebody stopped, started or removed it meanwhile.
      if (container.pendingRestart === pending) await restartNow(context, container, start);
    });
  });
  container.pendingRestart = pending;
}

/** Ends the wait for a restart; the container counts as exited from now on. */
export function cancelRestart(container: Container): void {
  container.pendingRestart?.cancel();
  container.pendingRestart = undefined;
}

async function restartNow(
  context: ContainersContext,
  container: Container,
  start: Starter,
): Promise<void> {
  // One that can't be started is left alone, as in Docker; its state says why.
  await start(context, container, { byPolicy: true }).catch((error: unknown) => {
    context.logger.warn('container not restarted', {
      container: container.id,
      error: messageOf(error),
    });
  });
}
