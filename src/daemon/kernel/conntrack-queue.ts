import type { Logger } from '../../base/logger.js';
import type { Conntrack } from '../../cnm/kernel.js';
import type { PortBinding } from '../../cnm/model.js';
import { flowsOf, flowsToPort } from '../../native/conntrack-filter.js';
import type {
  ConntrackFilter,
  Conntrack as NativeConntrack,
} from '../../native/conntrack-model.js';

/**
 * Collects what is to be forgotten and does it in one walk through the kernel's table, on another thread: the
 * walk takes milliseconds however few flows there are, and nobody's answer needs to wait for it.
 */
export class ConntrackQueue implements Conntrack {
  readonly #conntrack: Pick<NativeConntrack, 'flushAsync'>;
  readonly #logger: Logger;
  #filters: ConntrackFilter[] = [];
  #work: Promise<void> = Promise.resolve();

  constructor(parts: { conntrack: Pick<NativeConntrack, 'flushAsync'>; logger: Logger }) {
    this.#conntrack = parts.conntrack;
    this.#logger = parts.logger;
  }

  deleteByAddress(address: string): void {
    this.#add(flowsOf(address));
  }

  deleteByHostPort(protocol: PortBinding['protocol'], port: number): void {
    this.#add(flowsToPort(protocol, port));
  }

  /** Resolves when all that was asked for so far is done. */
  settled(): Promise<void> {
    return this.#work;
  }

  #add(filter: ConntrackFilter): void {
    this.#filters.push(filter);
    if (this.#filters.length === 1) this.#work = this.#work.then(() => this.#flush());
  }

  async #flush(): Promise<void> {
    const filters = this.#filters;
    this.#filters = [];
    await this.#conntrack.flushAsync(...filters).catch((error: unknown) => {
      this.#logger.warn('tracked connections not forgotten', { error });
    });
  }
}
