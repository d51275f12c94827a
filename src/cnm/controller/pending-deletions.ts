import { messageOf } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import { argsOf } from '../apply.js';
import type { AppliedPlan, Plan } from '../plan.js';

/**
 * Bridges that the kernel is still deleting though the client has its answer: 40 to 50 ms each. Whoever
 * needs the name of one waits for it.
 */
export class PendingDeletions {
  readonly #logger: Logger;
  readonly #byLink = new Map<string, Promise<void>>();

  constructor({ logger }: { logger: Logger }) {
    this.#logger = logger;
  }

  /** Remembers that the links of `plan` are going. A failure is logged. */
  track(plan: AppliedPlan, finished: Promise<void>): void {
    const links = argsOf(plan, 'link.add').map(({ link }) => link.name);
    const done = finished
      .catch((error) => this.#logger.warn('deletion failed', { links, error: messageOf(error) }))
      .then(() => {
        for (const link of links) if (this.#byLink.get(link) === done) this.#byLink.delete(link);
      });
    for (const link of links) this.#byLink.set(link, done);
  }

  /** Resolves when no link that `plan` creates is being deleted. */
  async before(plan: Plan): Promise<void> {
    const waits = plan.map((step) =>
      step.kind === 'link.add' ? this.#byLink.get(step.args.link.name) : undefined,
    );
    await Promise.all(waits);
  }

  /** Resolves when nothing is being deleted. */
  async all(): Promise<void> {
    await Promise.all(this.#byLink.values());
  }
}
