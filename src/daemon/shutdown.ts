import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../base/errors.js';
import type { Logger } from '../base/logger.js';

/** A container that runs when the daemon is stopped. */
export interface RunningContainer {
  readonly id: string;
  /** Its own `--stop-timeout`; negative: as long as it takes. */
  readonly stopTimeoutSeconds: number;
  stop(): Promise<void>;
}

/** What a container has on top of its own time, as with dockerd: the end of its main process isn't all. */
const graceMs = 5000;

/**
 * How long a stop of the daemon waits, as dockerd reckons: the configured time, or that of the container that has the
 * longest; undefined if one of them has no limit.
 */
export function shutdownMs(
  configuredMs: number | undefined,
  containers: readonly Pick<RunningContainer, 'stopTimeoutSeconds'>[],
): number | undefined {
  if (configuredMs === undefined) return undefined;
  const own = containers.map(({ stopTimeoutSeconds }) => stopTimeoutSeconds);
  if (own.some((seconds) => seconds < 0)) return undefined;
  return Math.max(configuredMs, ...own.map((seconds) => seconds * 1000 + graceMs));
}

/** Stops all containers side by side. Those that take too long are left: they go on under their supervisors. */
export async function stopAll(
  containers: readonly RunningContainer[],
  configuredMs: number | undefined,
  logger: Logger,
): Promise<void> {
  const stopped = Promise.all(
    containers.map(({ id, stop }) =>
      stop().catch((error: unknown) => {
        logger.warn('container not stopped', { container: id, error: messageOf(error) });
      }),
    ),
  );
  const limit = shutdownMs(configuredMs, containers);
  if (limit === undefined) {
    await stopped;
    return;
  }
  const over = new AbortController();
  const late = delay(limit, true, { signal: over.signal }).catch(() => false);
  const isLate = await Promise.race([stopped.then(() => false), late]);
  over.abort();
  if (isLate) logger.warn('Force shutdown daemon', { afterMs: limit });
}
