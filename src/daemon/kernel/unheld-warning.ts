import type { Logger } from '../../base/logger.js';
import type { Place } from './port-slot.js';

/** After a warning others are left out for so long. */
const PAUSE_MS = 60_000;

/**
 * Says that a published port has no socket of ours, so that another program can take it: the rules lead its traffic
 * to the container nevertheless. One line for all that comes of one cause.
 */
export class UnheldWarning {
  readonly #logger: Logger;
  #isGiven = false;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  about({ protocol, address, port }: Place, error: unknown): void {
    if (this.#isGiven) return;
    this.#isGiven = true;
    setTimeout(() => {
      this.#isGiven = false;
    }, PAUSE_MS).unref();
    this.#logger.warn('host ports not held against other programs', {
      protocol,
      address,
      port,
      error,
    });
  }
}
