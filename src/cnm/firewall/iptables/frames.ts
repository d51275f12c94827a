import { Unavailable } from '../../../base/errors.js';
import type { NftFragment } from '../../../native/nft/model.js';
import type { FirewallPolicy, FirewallSettings } from '../model.js';
import type { FragmentTables } from '../nftables/backend.js';
import { fragmentsOf } from '../nftables/fragments.js';

/** The table of frames; it need not exist before something is installed. */
export interface FrameTables extends FragmentTables {
  /** Removes the table, if it is there. */
  dropTables(): void;
  /** How many ports of bridges the kernel keeps apart; 0 without the table. */
  count(): number;
}

/**
 * Frames between neighbours that are to be kept apart, where br_netfilter does not show them to iptables. iptables
 * has no word for them, so this is the `bridge` table of the nftables backend, there only while it is needed.
 */
export class FrameFilter {
  readonly #open: () => FrameTables | undefined;
  readonly #settings: FirewallSettings;
  /** Who has ports of bridges kept apart, and how many. */
  #owners = new Map<string, number>();

  /** `open` gives the same tables each time, undefined where the host has no nftables. */
  constructor(parts: { open: () => FrameTables | undefined; settings: FirewallSettings }) {
    this.#open = parts.open;
    this.#settings = parts.settings;
  }

  /** @throws Unavailable if there is something to install on a host without nftables */
  install(policies: readonly FirewallPolicy[]): void {
    const fragments = this.#fragments(policies);
    if (fragments.length === 0) return;
    if (this.#owners.size === 0) this.#tables().replaceAll(fragments);
    else this.#tables().install(fragments);
    for (const [owner, count] of countOf(fragments)) this.#owners.set(owner, count);
  }

  /** Takes the table away with the last owner. */
  remove(owners: readonly string[]): void {
    const leaving = owners.filter((owner) => this.#owners.has(owner));
    if (leaving.length === 0) return;
    const left = new Map([...this.#owners].filter(([owner]) => !leaving.includes(owner)));
    if (left.size === 0) this.#tables().dropTables();
    else this.#tables().remove(leaving);
    this.#owners = left;
  }

  /** @throws Unavailable as {@link FrameFilter.install} */
  replaceAll(policies: readonly FirewallPolicy[]): void {
    const fragments = this.#fragments(policies);
    if (fragments.length === 0) this.#open()?.dropTables();
    else this.#tables().replaceAll(fragments);
    this.#owners = countOf(fragments);
  }

  rebuild(): void {
    if (this.#owners.size > 0) this.#tables().rebuild();
  }

  isIntact(): boolean {
    const wanted = [...this.#owners.values()].reduce((sum, count) => sum + count, 0);
    return wanted === 0 || this.#tables().count() === wanted;
  }

  #tables(): FrameTables {
    const tables = this.#open();
    if (tables) return tables;
    throw new Unavailable(
      'containers of a network without ICC are kept apart by br_netfilter or nftables, and this host has neither: load br_netfilter and set net.bridge.bridge-nf-call-iptables to 1',
    );
  }

  #fragments(policies: readonly FirewallPolicy[]): NftFragment[] {
    return policies
      .flatMap((policy) => fragmentsOf(policy, this.#settings))
      .filter(({ family }) => family === 'bridge');
  }
}

function countOf(fragments: readonly NftFragment[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { owner, elements } of fragments)
    counts.set(owner, (counts.get(owner) ?? 0) + elements.length);
  return counts;
}
