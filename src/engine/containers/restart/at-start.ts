import { messageOf, TsnetError } from '../../../base/errors.js';
import type { Container } from '../container.js';
import type { ContainersContext } from '../context.js';
import { never } from '../model.js';
import { joinedContainer } from '../network-mode.js';
import { startContainer } from '../start.js';
import { wantsRestart } from './policy.js';

/** How many containers are started at once: more would only wait for one another. */
const atOnce = 8;

/**
 * After a start of the daemon: starts the containers that their restart policies want to run, each after those that it
 * needs. One that can't be started is reported, and the rest goes on.
 */
export async function startThoseDue(context: ContainersContext): Promise<void> {
  const due = context.registry.all().reverse().filter(isDue);
  const slots = new Slots(atOnce);
  const started = new Map<Container, Promise<void>>();
  const start = (container: Container, above: readonly Container[]): Promise<void> => {
    const before = started.get(container);
    if (before) return before;
    const path = [...above, container];
    const wanted = needs(context, container);
    const needed = due.filter((other) => wanted.has(other) && !path.includes(other));
    const begun = Promise.all(needed.map((other) => start(other, path))).then(() =>
      slots.use(() => startOne(context, container)),
    );
    started.set(container, begun);
    return begun;
  };
  await Promise.all(due.map((container) => start(container, [])));
}

/** One that was never started is none that ended. */
function isDue({ run, record }: Container): boolean {
  if (run || record.lastRun.startedAt === never) return false;
  return wantsRestart(record.host.RestartPolicy, {
    exitCode: record.lastRun.exitCode,
    stoppedByUser: record.stoppedByUser ?? false,
    restartCount: record.restartCount ?? 0,
  });
}

/** Those that it is linked to, or whose namespaces or volumes it shares. */
function needs({ registry }: ContainersContext, { record }: Container): Set<Container> {
  const { host, links = [] } = record;
  const shared = [host.NetworkMode, host.PidMode, host.IpcMode].map(joinedContainer);
  const volumes = host.VolumesFrom.map((spec) => spec.split(':')[0]);
  const found = new Set<Container>();
  for (const reference of [...links.map(({ id }) => id), ...shared, ...volumes]) {
    if (reference === undefined) continue;
    try {
      found.add(registry.find(reference));
    } catch (error) {
      // It is gone; the start will tell.
      if (!(error instanceof TsnetError)) throw error;
    }
  }
  return found;
}

async function startOne(context: ContainersContext, container: Container): Promise<void> {
  try {
    await context.locks.run(container.id, () => startContainer(context, container));
  } catch (error) {
    context.logger.error('container not started again', {
      container: container.id,
      name: container.record.name,
      error: messageOf(error),
    });
  }
}

/** Lets so many tasks go on at a time. */
class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(free: number) {
    this.#free = free;
  }

  async use<T>(task: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((go) => this.#waiting.push(go));
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }
}
