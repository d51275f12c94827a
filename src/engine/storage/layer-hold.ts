import type { ChainId } from './digest.js';

/** Layers that someone is about to record as used; until then nobody else may remove them. */
export interface LayerHold extends Disposable {
  /** Keeps the layer, and with it all below, until the hold is disposed. */
  keep(chainId: ChainId): void;
}

/** All holds together. */
export class LayerHolds {
  readonly #open = new Set<Set<ChainId>>();

  open(): LayerHold {
    const kept = new Set<ChainId>();
    this.#open.add(kept);
    return {
      keep: (chainId) => kept.add(chainId),
      [Symbol.dispose]: () => this.#open.delete(kept),
    };
  }

  has(chainId: ChainId): boolean {
    return [...this.#open].some((kept) => kept.has(chainId));
  }
}
