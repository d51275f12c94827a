import type { Clock } from '../../base/clock.js';
import { messageOf } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';

/** Who meddled with the firewall, as far as it is known. */
export interface Meddling {
  readonly program?: string;
  readonly pid?: number;
}

/** What is guarded. */
export interface GuardedFirewall {
  /** Makes everything anew as it should be. */
  repair(): void;
  /** Tells of each change that somebody else made to what is ours, until disposed. */
  watch(onChange: (by: Meddling) => void): Disposable;
}

/** A reload is many changes at once: they are waited for this long. */
const SETTLE_MS = 20;
/** So often in a row a repair is done at once; then somebody is undoing them, and each waits twice as long. */
const PROMPT_REPAIRS = 10;
const FIRST_PAUSE_MS = 1_000;
const LAST_PAUSE_MS = 30_000;
/** After so long without a change it is a new story. */
const CALM_MS = 60_000;

/** Repairs the firewall when others have changed what is ours: `nft flush ruleset`, a reload of somebody's rules. */
export class FirewallGuard implements Disposable {
  readonly #firewall: Pick<GuardedFirewall, 'repair'>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #later: (ms: number, work: () => void) => Disposable;
  readonly #watch: Disposable;
  #due: Disposable | undefined;
  #by: Meddling = {};
  #repairs = 0;
  #lastMs = Number.NEGATIVE_INFINITY;
  #reloadedAt: Date | undefined;

  /** `later` runs work after a while, unless disposed before. */
  constructor(parts: {
    firewall: GuardedFirewall;
    clock: Clock;
    logger: Logger;
    later?: (ms: number, work: () => void) => Disposable;
  }) {
    this.#firewall = parts.firewall;
    this.#clock = parts.clock;
    this.#logger = parts.logger;
    this.#later = parts.later ?? timeout;
    this.#watch = parts.firewall.watch((by) => this.#changed(by));
  }

  /** When the rules were last made anew because others had changed them. */
  get reloadedAt(): Date | undefined {
    return this.#reloadedAt;
  }

  [Symbol.dispose](): void {
    this.#due?.[Symbol.dispose]();
    this.#watch[Symbol.dispose]();
  }

  #changed(by: Meddling): void {
    if (this.#due) return;
    if (this.#clock.monotonicMs() - this.#lastMs > CALM_MS) this.#repairs = 0;
    this.#by = by;
    this.#schedule();
  }

  #schedule(): void {
    const pauseMs = pauseAfter(this.#repairs);
    if (pauseMs > SETTLE_MS) {
      this.#logger.warn(
        'another program keeps changing the firewall: waiting before the next repair',
        {
          ...this.#by,
          seconds: pauseMs / 1_000,
        },
      );
    }
    this.#due = this.#later(pauseMs, () => this.#repair());
  }

  #repair(): void {
    this.#due = undefined;
    this.#repairs++;
    this.#lastMs = this.#clock.monotonicMs();
    try {
      this.#firewall.repair();
      this.#reloadedAt = this.#clock.now();
      this.#logger.warn('firewall rules were changed by another program: repaired', {
        ...this.#by,
      });
    } catch (error) {
      this.#logger.error('firewall rules could not be repaired', { error: messageOf(error) });
      this.#schedule();
    }
  }
}

function pauseAfter(repairs: number): number {
  if (repairs < PROMPT_REPAIRS) return SETTLE_MS;
  return Math.min(LAST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (repairs - PROMPT_REPAIRS));
}

function timeout(ms: number, work: () => void): Disposable {
  const timer = setTimeout(work, ms).unref();
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}
