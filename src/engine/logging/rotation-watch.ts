import { messageOf } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import type { Reopen, Rotation } from './rotation.js';

/** How often to look at the files; one that is over its limit again at once is looked at sooner. */
const PAUSE_MS = 500;
const SHORT_PAUSE_MS = 50;

/** A log that is written. */
interface Watched {
  readonly id: string;
  readonly rotation: Rotation;
  readonly reopen: Reopen;
  /** What is being done with it; nothing else is begun meanwhile. */
  work: Promise<void>;
  isBusy: boolean;
}

/** Looks after the logs of all running containers whose size is limited, by one timer. */
export class RotationWatch {
  readonly #logger: Logger;
  readonly #watched = new Map<string, Watched>();
  /** Logs that are brought within their limits for the last time. */
  readonly #ending = new Map<string, Promise<void>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** From now on until `end`. */
  begin(id: string, rotation: Rotation, reopen: Reopen): void {
    const watched: Watched = { id, rotation, reopen, work: Promise.resolve(), isBusy: false };
    this.#watched.set(id, watched);
    const before = this.#ending.get(id);
    this.#do(watched, async () => {
      await before;
      await rotation.recover(reopen);
    });
    this.#plan(PAUSE_MS);
  }

  /** The container has ended. Resolves when its log is within its limits, for all who ask; unknown is fine. */
  end(id: string): Promise<void> {
    const watched = this.#watched.get(id);
    if (!watched) return this.#ending.get(id) ?? Promise.resolve();
    this.#watched.delete(id);
    const ending = this.#finish(watched).finally(() => {
      if (this.#ending.get(id) === ending) this.#ending.delete(id);
    });
    this.#ending.set(id, ending);
    return ending;
  }

  async #finish(watched: Watched): Promise<void> {
    await watched.work;
    await this.#try(watched, () => watched.rotation.finish());
  }

  #plan(pauseMs: number): void {
    this.#timer ??= setTimeout(() => this.#look(), pauseMs).unref();
  }

  #look(): void {
    this.#timer = undefined;
    let pauseMs = PAUSE_MS;
    for (const watched of this.#watched.values()) {
      if (watched.isBusy || !watched.rotation.isDue) continue;
      pauseMs = SHORT_PAUSE_MS;
      this.#do(watched, () => watched.rotation.rotate(watched.reopen));
    }
    if (this.#watched.size > 0) this.#plan(pauseMs);
  }

  #do(watched: Watched, work: () => Promise<void>): void {
    watched.isBusy = true;
    watched.work = this.#try(watched, work).finally(() => {
      watched.isBusy = false;
    });
  }

  async #try({ id }: Watched, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#logger.warn('log not rotated', { container: id, error: messageOf(error) });
    }
  }
}
