import { messageOf } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import type { FirewallPolicy } from '../../cnm/firewall/model.js';
import type { Firewall } from '../../cnm/kernel.js';
import type { TablesStamp } from './iptables-stamp.js';

/** A firewall that can find out what others did to it. */
export interface HealableFirewall extends Firewall {
  /** Repairs what is damaged. @returns whether anything was */
  heal(): boolean;
}

/** How often it is looked whether anything has changed: two looks and a repair fit in a second. */
const LOOK_MS = 400;
/** Four seconds. */
const PAUSE_LOOKS = 10;

/**
 * Keeps iptables as it should be. Changes of our own are told from others' by a stamp of the tables, taken before
 * and after; only after a foreign one the tables are read, and made anew if it was ours that it changed.
 */
export class SelfHealingFirewall implements Firewall, Disposable {
  readonly #firewall: HealableFirewall;
  readonly #stamp: TablesStamp;
  readonly #logger: Logger;
  #known: string | undefined;
  #isSuspect = false;
  /** Looks to leave out after a failure. */
  #pause = 0;
  #timer: NodeJS.Timeout | undefined;

  /** Takes the stamp over. */
  constructor(parts: { firewall: HealableFirewall; stamp: TablesStamp; logger: Logger }) {
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

  /** From the first one on the tables are watched. */
  replaceAll(policies: readonly FirewallPolicy[]): void {
    this.#own(() => this.#firewall.replaceAll(policies));
    this.#isSuspect = false;
    this.#timer ??= setInterval(() => this.look(), LOOK_MS).unref();
  }

  repair(): void {
    this.#own(() => this.#firewall.repair());
    this.#isSuspect = false;
  }

  describe(policies: readonly FirewallPolicy[]): string[] {
    return this.#firewall.describe(policies);
  }

  /** Repairs what others have damaged since the last look. A repair that fails is tried again after a while. */
  look(): void {
    if (this.#pause-- > 0) return;
    this.#pause = 0;
    try {
      const stamp = this.#stamp.read();
      if (stamp === this.#known && !this.#isSuspect) return;
      const wasDamaged = this.#firewall.heal();
      // What came while we repaired is found by looking once more.
      this.#isSuspect = wasDamaged;
      this.#known = wasDamaged ? this.#stamp.read() : stamp;
      if (wasDamaged) this.#logger.warn('firewall rules were changed by another program: repaired');
    } catch (error) {
      this.#isSuspect = true;
      this.#pause = PAUSE_LOOKS;
      this.#logger.error('firewall rules could not be repaired', { error: messageOf(error) });
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#stamp[Symbol.dispose]();
  }

  #own(change: () => void): void {
    if (this.#stamp.read() !== this.#known) this.#isSuspect = true;
    try {
      change();
    } finally {
      this.#known = this.#stamp.read();
    }
  }
}
