import type { ContainerWait } from '../../api/types/container.js';
import type { Exit } from '../isolation/contract.js';
import type { PendingAttach } from './attach.js';
import type { ContainerRecord, RunRecord } from './model.js';

/** One life of a container's processes, from start to exit. */
export interface Run {
  readonly record: RunRecord;
  /** Resolves when the processes are gone, the network is given back, and the state says `exited`. */
  readonly ended: Promise<Exit>;
  /** Resolves when the root file system is unmounted and the runtime has forgotten it as well. */
  readonly cleaned: Promise<void>;
}

/** Conditions of `POST /containers/{id}/wait`. */
export type WaitCondition = 'not-running' | 'next-exit' | 'removed';

/** Somebody who waits for a container. */
export interface Waiter {
  readonly condition: WaitCondition;
  readonly resolve: (result: ContainerWait) => void;
}

/** A container in memory: its record and what is going on with it. */
export class Container {
  record: ContainerRecord;
  /** The present life; undefined when nothing runs. */
  run: Run | undefined;
  /** The last life's clean-up; the next start and the removal wait for it. */
  cleaned: Promise<void> = Promise.resolve();
  removing = false;
  /** Between the stop and the start of a restart, when `--rm` must not strike. */
  restarting = false;
  readonly waiters = new Set<Waiter>();
  /** Clients that attached before the start. */
  readonly pendingAttaches = new Set<PendingAttach>();
  readonly execIds = new Set<string>();

  constructor(record: ContainerRecord) {
    this.record = record;
  }

  get id(): string {
    return this.record.id;
  }

  /** `created`, `running`, `paused`, `removing` or `exited`. */
  get status(): 'created' | 'running' | 'paused' | 'removing' | 'exited' {
    if (this.removing) return 'removing';
    if (this.run) return this.run.record.paused ? 'paused' : 'running';
    return this.record.lastRun.status;
  }

  /** Tells those who wait for one of the conditions. */
  tell(conditions: readonly WaitCondition[], result: ContainerWait): void {
    for (const waiter of this.waiters) {
      if (!conditions.includes(waiter.condition)) continue;
      this.waiters.delete(waiter);
      waiter.resolve(result);
    }
  }
}
