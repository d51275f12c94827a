import { messageOf } from '../../base/errors.js';
import type { Timer } from '../../base/timers.js';
import type { Container } from './container.js';
import type { ContainersContext } from './context.js';
import { runDirOf } from './paths.js';

/** Notices that the kernel kills processes of containers for want of memory. */
export interface MemoryWatch {
  /** Calls back once, if it happens or has happened. @throws Error if the run's folder is gone */
  watch(runDir: string, outOfMemory: () => void): Timer;
}

/** Has it told and remembered when a running container is out of memory, as it may well go on. Only one with a limit can be. */
export function watchMemory(context: ContainersContext, container: Container): void {
  const { run, record } = container;
  if (!run || run.record.oomKilled || record.host.Memory === 0) return;
  const { startedAt } = run.record;
  const isSame = () => container.run?.record.startedAt === startedAt;
  try {
    const watched = context.memory.watch(runDirOf(context, container), () => {
      if (isSame()) noteOutOfMemory(context, container);
    });
    void run.ended.then(() => watched.cancel());
  } catch (error) {
    // It has ended already, and its exit tells.
    context.logger.debug('memory not watched', {
      container: container.id,
      error: messageOf(error),
    });
  }
}

function noteOutOfMemory(context: ContainersContext, container: Container): void {
  const { run } = container;
  if (!run) return;
  container.run = { ...run, record: { ...run.record, oomKilled: true } };
  context.emit({ action: 'oom', container: container.record });
  context.runs.save(container.id, container.run.record).catch((error: unknown) => {
    context.logger.warn('oom not noted', { container: container.id, error: messageOf(error) });
  });
}
