import { setTimeout as delay } from 'node:timers/promises';

/** What takes milliseconds on an idle machine may take seconds on a slow and busy one. */
const PATIENCE_MS = 20_000;

/**
 * Checks until the check throws no more, and gives what it gives: for what comes true a moment later.
 * @throws what the last check threw, after `patienceMs`
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  { patienceMs = PATIENCE_MS, everyMs = 20 }: { patienceMs?: number; everyMs?: number } = {},
): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await delay(everyMs);
  }
}
