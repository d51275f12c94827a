import type {
  ContainerUpdate,
  ContainerUpdated,
  HostConfig,
} from '../../../api/types/container.js';
import { Conflict, prefixed } from '../../../base/errors.js';
import type { Container } from '../container.js';
import type { ContainersContext } from '../context.js';
import { checkRestartPolicy } from '../restart/policy.js';
import { hasLimits, updated } from './merge.js';

/** `POST /containers/{id}/update` */
export class ContainerUpdates {
  readonly #context: ContainersContext;

  constructor(context: ContainersContext) {
    this.#context = context;
  }

  /**
   * Changes limits, at once if the container runs, and the restart policy. The rest of its settings are for its life.
   * @throws InvalidParameter, Conflict in Docker's words
   */
  async update(ref: string, wanted: ContainerUpdate): Promise<ContainerUpdated> {
    const { launcher, locks, registry } = this.#context;
    checkRestartPolicy(wanted.RestartPolicy);
    const { limits, warnings } = launcher.reviewLimits(wanted);
    const { id } = registry.find(ref);
    await locks.run(id, () => updateContainer(this.#context, registry.find(id), limits));
    return { Warnings: warnings.length > 0 ? warnings : null };
  }
}

async function updateContainer(
  context: ContainersContext,
  container: Container,
  wanted: ContainerUpdate,
): Promise<void> {
  const { id, record } = container;
  const attempt = `Cannot update container ${id}`;
  if (container.removing || container.dead) {
    throw prefixed(attempt, new Conflict('container is marked for removal and cannot be "update"'));
  }
  try {
    const host = updated(record.host, wanted);
    if (container.run && hasLimits(wanted)) {
      await context.limits.set(id, alive(host, wanted));
    }
    const next = { ...container.record, host };
    await context.records.save(id, next);
    // What happened to it meanwhile counts.
    container.record = { ...container.record, host };
  } catch (error) {
    throw prefixed(attempt, error);
  }
  context.emit({ action: 'update', container: container.record });
}

/** What the runtime is told: what is asked for, and with a memory limit the swap that goes with it. */
function alive(host: HostConfig, wanted: ContainerUpdate): HostConfig {
  const { RestartPolicy, ...limits } = wanted;
  const swap = wanted.Memory > 0 && wanted.MemorySwap === 0 ? host.MemorySwap : wanted.MemorySwap;
  return { ...host, ...limits, MemorySwap: swap };
}
