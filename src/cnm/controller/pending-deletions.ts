import { messageOf } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import { argsOf } from '../apply.js';
import type { Netns } from '../kernel.js';
import type { AppliedPlan, Plan, StepArgs } from '../plan.js';

/**
 * Links that the kernel is still deleting though the client has its answer: a bridge takes 40 to 50 ms, a veth
 * 12 to 50. Whoever needs the name of one waits for it.
 */
export class PendingDeletions {
  readonly #logger: Logger;
  readonly #byLink = new Map<string, Promise<void>>();
  readonly #whole = new Set<Promise<void>>();

  constructor({ logger }: { logger: Logger }) {
    this.#logger = logger;
  }

  /**
   * Remembers that the links of `plan` are going. A failure is logged.
   * @param afterwards what is to be done when they are gone; nobody waits for it but {@link all}
   */
  track(plan: AppliedPlan, finished: Promise<void>, afterwards?: () => Promise<void>): void {
    const links = argsOf(plan, 'link.add').flatMap(keysOf);
    const log = (error: unknown) =>
      this.#logger.warn('deletion failed', { links, error: messageOf(error) });
    const done = finished.catch(log).then(() => {
      for (const link of links) if (this.#byLink.get(link) === done) this.#byLink.delete(link);
    });
    for (const link of links) this.#byLink.set(link, done);
    const whole = done
      .then(afterwards)
      .catch(log)
      .then(() => void this.#whole.delete(whole));
    this.#whole.add(whole);
  }

  /** Resolves when no link that `plan` creates is being deleted. */
  async before(plan: Plan): Promise<void> {
    const links = plan.flatMap((step) => (step.kind === 'link.add' ? keysOf(step.args) : []));
    await Promise.all(links.map((link) => this.#byLink.get(link)));
  }

  /** Resolves when no link of one of these names is being deleted in the namespace; they are asked for if any link is. */
  async of(netns: Netns, names: () => readonly string[]): Promise<void> {
    if (this.#byLink.size === 0) return;
    await Promise.all(names().map((name) => this.#byLink.get(keyOf(netns, name))));
  }

  /** Resolves when nothing is being deleted, and what was to follow is done. */
  async all(): Promise<void> {
    await Promise.all(this.#whole);
  }
}

/** Both ends of a veth pair. */
function keysOf({ netns, link }: StepArgs['link.add']): string[] {
  const own = keyOf(netns, link.name);
  return link.kind === 'veth' ? [own, keyOf(link.peer.netns, link.peer.name)] : [own];
}

function keyOf(netns: Netns, name: string): string {
  return `${netns} ${name}`;
}
