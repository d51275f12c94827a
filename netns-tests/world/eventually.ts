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

/** Asks for what is known of something until it is so, and gives it. @throws its `State`, if it does not become so */
export function until<T extends { readonly State: unknown }>(
  ask: () => Promise<T>,
  isSo: (known: T) => boolean,
): Promise<T> {
  return eventually(
    async () => {
      const known = await ask();
      if (!isSo(known)) throw new Error(JSON.stringify(known.State));
      return known;
    },
    { everyMs: 50 },
  );
}
