import { messageOf } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import type { LayerRecord } from './records.js';

/** What a {@link LayerSync} needs of those who use it. */
export interface LayerSyncOptions {
  /** Waits until what was written to layers is on the disk. */
  readonly sync: () => Promise<void>;
  /** Notes it in the layer's record, unless the layer is gone by now. */
  readonly synced: (layer: LayerRecord) => Promise<void>;
  readonly logger: Logger;
}

/**
 * Brings new layers to the disk behind everyone's back: who loads an image does not wait for it. One sync serves all
 * layers that came before it began.
 */
export class LayerSync {
  readonly #options: LayerSyncOptions;
  #waiting: LayerRecord[] = [];
  #running: Promise<void> | undefined;

  constructor(options: LayerSyncOptions) {
    this.#options = options;
  }

  /** The layer is complete, but maybe in memory only. */
  add(layer: LayerRecord): void {
    this.#waiting.push(layer);
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  /** Resolves when all that was added is on the disk. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const layers = this.#waiting;
      this.#waiting = [];
      try {
        await this.#options.sync();
        for (const layer of layers) await this.#options.synced(layer);
      } catch (error) {
        // The next start looks at them instead.
        this.#options.logger.warn('layers not synced to disk', { error: messageOf(error) });
      }
    }
  }
}
