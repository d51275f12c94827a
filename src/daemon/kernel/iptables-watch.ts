import { messageOf } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import type { FirewallPolicy } from '../../cnm/firewall/model.js';
import type { Firewall } from '../../cnm/kernel.js';
import type { GuardedFirewall, Meddling } from './firewall-guard.js';
import type { TablesStamp } from './iptables-stamp.js';

/** A firewall that can find out what others did to it. */
export interface InspectedFirewall extends Firewall {
  /** Whether others have damaged what is ours. Takes milliseconds. */
  isDamaged(): boolean;
}

/** How often it is looked whether anything has changed: two looks and a repair fit in a second. */
const LOOK_MS = 400;
/** Looks that are left out after one that failed: four seconds. */
const PAUSE_LOOKS = 10;

/**
 * Tells when others have damaged iptables' rules. Changes of our own are told from theirs by a stamp of the tables,
 * taken before and after; only after a foreign one the tables are read.
 */
export class WatchedIptables implements Firewall, GuardedFirewall, Disposable {
  readonly #firewall: InspectedFirewall;
  readonly #stamp: TablesStamp;
  readonly #logger: Logger;
  /** Undefined before there are rules to be damaged. */
  #known: string | undefined;
  #isSuspect = false;
  #pause = 0;

  /** Takes the stamp over. */
  constructor(parts: { firewall: InspectedFirewall; stamp: TablesStamp; logger: Logger }) {
    this.#firewall = parts.firewall;
    this.#stamp = parts.stamp;
    this.#logger = parts.logger;
  }

  install(policies: readonly FirewallPolicy[]): void {
    this.#own(() => this.#firewall.install(policies));
  }

  remove(owners: readonly string[]): void {
    this.#own(() => this.#firewall.remove(owners));
  }

  replaceAll(policies: readonly FirewallPolicy[]): void {
    this.#own(() => this.#firewall.replaceAll(policies));
  }

  /** What comes while it is going on is found by looking once more. */
  repair(): void {
    this.#own(() => this.#firewall.repair());
    this.#isSuspect = true;
  }

  describe(policies: readonly FirewallPolicy[]): string[] {
    return this.#firewall.describe(policies);
  }

  watch(onDamage: (by: Meddling) => void): Disposable {
    const timer = setInterval(() => this.look(onDamage), LOOK_MS).unref();
    return { [Symbol.dispose]: () => clearInterval(timer) };
  }

  /** Tells of what others have damaged since the last look, once. Who it was the tables don't say. */
  look(onDamage: (by: Meddling) => void): void {
    if (this.#known === undefined || this.#pause-- > 0) return;
    this.#pause = 0;
    try {
      const stamp = this.#stamp.read();
      if (stamp === this.#known && !this.#isSuspect) return;
      if (this.#firewall.isDamaged()) onDamage({});
      this.#known = stamp;
      this.#isSuspect = false;
    } catch (error) {
      this.#pause = PAUSE_LOOKS;
      this.#logger.error('cannot tell whether the firewall is whole', { error: messageOf(error) });
    }
  }

  [Symbol.dispose](): void {
    this.#stamp[Symbol.dispose]();
  }

  #own(change: () => void): void {
    const isForeign = this.#known !== undefined && this.#stamp.read() !== this.#known;
    if (isForeign) this.#isSuspect = true;
    try {
      change();
    } finally {
      this.#known = this.#stamp.read();
    }
  }
}
