import type { ContainersContext } from '../context.js';
import { cancelRestart } from './pending.js';

/**
 * Before the daemon ends: from now on no container is started or probed by itself, and who stops one is the daemon, not
 * a user. Those that waited for a restart, or are stopped now, are started by the next daemon, as nobody wanted their
 * end.
 */
export function quietContainers({ registry }: Pick<ContainersContext, 'registry'>): void {
  registry.closing = true;
  for (const container of registry.all()) {
    container.exitOnNext = true;
    cancelRestart(container);
    container.monitor?.cancel();
  }
}
