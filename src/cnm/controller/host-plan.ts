import { isDeepStrictEqual } from 'node:util';
import { applyPrepared, argsOf, prepare, reapply } from '../apply.js';
import type { Driver } from '../driver.js';
import type { FirewallPolicy } from '../firewall/model.js';
import type { NetworkRecord } from '../model.js';
import type { AppliedPlan, Plan } from '../plan.js';
import type { Parts } from './parts.js';

/** The one record of its store. */
const KEY = 'host';

/**
 * What networks need of the host as a whole: that it forwards, and for whom. It is done for the first network
 * that needs it and never undone, because by then others may rely on it; a reboot voids it.
 */
export class HostPlan {
  readonly #parts: Pick<Parts, 'kernel' | 'hostStates'>;

  constructor(parts: Pick<Parts, 'kernel' | 'hostStates'>) {
    this.#parts = parts;
  }

  /** What is to be done for the network that has not been done yet. */
  missing(driver: Driver, network: NetworkRecord): Plan {
    const done = this.#done();
    const wanted = driver.planHost?.(network) ?? [];
    return wanted.filter(
      ({ kind, args }) =>
        !done.some((step) => isDeepStrictEqual([step.kind, step.args], [kind, args])),
    );
  }

  /** Makes the host ready for the network, storing first what is going to be done. */
  async makeReady(driver: Driver, network: NetworkRecord): Promise<void> {
    const { kernel, hostStates } = this.#parts;
    if ((driver.planHost?.(network) ?? []).length === 0) return;
    const done = this.#done();
    // What was done once may have been changed by others since.
    reapply(done, kernel);
    const fresh = prepare(this.missing(driver, network), kernel);
    if (fresh.length === 0) return;
    await hostStates.save(KEY, { plan: [...done, ...fresh] });
    try {
      applyPrepared(fresh, kernel);
    } catch (error) {
      await hostStates.save(KEY, { plan: done });
      throw error;
    }
  }

  /** Makes sure of it after a start; the firewall has its policies already. */
  restore(): void {
    reapply(this.#done(), this.#parts.kernel);
  }

  /** What the firewall must have for the host as a whole. */
  policies(): FirewallPolicy[] {
    return argsOf(this.#done(), 'firewall.add').map(({ policy }) => policy);
  }

  #done(): AppliedPlan {
    return this.#parts.hostStates.values()[0]?.plan ?? [];
  }
}
