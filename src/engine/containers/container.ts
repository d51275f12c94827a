import type { ContainerState, ContainerWait } from '../../api/types/container.js';
import { Conflict } from '../../base/errors.js';
import type { Timer } from '../../base/timers.js';
import type { Exit } from '../isolation/contract.js';
import type { PendingAttach } from './attach.js';
import type { ContainerRecord, Health, RunRecord } from './model.js';

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
  /** All that follows the last life's end: the clean-up, and with `--rm` the removal. */
  settled: Promise<void> = Promise.resolve();
  removing = false;
  /** Its last life was that of a container with `--rm`, which is about to go. */
  leaving = false;
  /** Restarts that are between their stop and their start, when `--rm` must not strike. */
  restarts = 0;
  /** Set while its restart policy waits to start it. */
  pendingRestart: Timer | undefined;
  /** The last pause before a restart by its policy; 0 if there was none. */
  restartDelayMs = 0;
  /** Whether its policy is to leave it alone when it ends: somebody ends it. */
  exitOnNext = false;
  /** Runs its health checks while it runs. */
  monitor: Timer | undefined;
  /** Its removal failed half-way: nothing but another removal is possible. */
  dead = false;
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

  get status(): ContainerState['Status'] {
    if (this.removing) return 'removing';
    if (this.dead) return 'dead';
    if (this.run) return this.run.record.paused ? 'paused' : 'running';
    if (this.pendingRestart) return 'restarting';
    return this.record.lastRun.status;
  }

  /** Docker's `Running`: also one that is about to be started again. */
  get isUp(): boolean {
    return this.run !== undefined || this.pendingRestart !== undefined;
  }

  /** @throws Conflict in Docker's words while its restart policy waits to start it */
  refuseWhileRestarting(): void {
    if (this.status !== 'restarting') return;
    throw new Conflict(`Container ${this.id} is restarting, wait until the container is running`);
  }

  /** What its health checks found; undefined if it has none or never ran. */
  get health(): Health | undefined {
    return this.run ? this.run.record.health : this.record.health;
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
