import type { ContainersPruned, Filters } from '../../api/types/system.js';
import { labelAndAgeFilter } from '../prune-filter.js';
import type { Container } from './container.js';
import type { ContainersContext } from './context.js';
import { removeStopped } from './remove.js';

/** Removes all containers that don't run. Filters: `until`, `label`, `label!`. */
export async function pruneContainers(
  context: ContainersContext,
  filters: Filters,
): Promise<ContainersPruned> {
  const wanted = labelAndAgeFilter(filters, context.clock.now());
  const deleted: string[] = [];
  let reclaimed = 0;
  for (const { id } of context.registry.all().filter(isOver)) {
    await context.locks.run(id, async () => {
      const container = context.registry.all().find((c) => c.id === id && isOver(c));
      if (!container || !wanted(container.record.config.Labels, container.record.created)) return;
      await container.cleaned;
      const { writable } = await context.rootfs.size(id);
      await removeStopped(context, container);
      deleted.push(id);
      reclaimed += writable;
    });
  }
  context.emit({ action: 'prune', reclaimed });
  return { ContainersDeleted: deleted.length > 0 ? deleted : null, SpaceReclaimed: reclaimed };
}

function isOver(container: Container): boolean {
  return !container.isUp && !container.removing;
}
