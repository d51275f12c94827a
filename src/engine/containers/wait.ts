import type { ContainerWait } from '../../api/types/container.js';
import type { Container, WaitCondition } from './container.js';

/**
 * Answers once the condition holds: at once if a container that isn't running is waited for; never once nobody waits
 * any more, which `signal` tells.
 */
export function waitFor(
  container: Container,
  condition: WaitCondition,
  signal: AbortSignal,
): { result: Promise<ContainerWait> } {
  const over =
    condition === 'not-running' && !container.isUp && container.pendingAttaches.size === 0;
  if (over) {
    return { result: Promise.resolve({ StatusCode: container.record.lastRun.exitCode }) };
  }
  const result = new Promise<ContainerWait>((resolve) => {
    const waiter = { condition, resolve };
    container.waiters.add(waiter);
    signal.addEventListener('abort', () => container.waiters.delete(waiter), { once: true });
  });
  return { result };
}
