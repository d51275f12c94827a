import { JsonStore, type StoreOptions } from './json-store.js';

/**
 * For what the user made (networks, containers, images, volumes): under the data root. A save that has
 * ended survives a power cut: temporary file, fsync, rename, fsync of the folder (1 to 2 ms).
 */
export class DurableStore<T> extends JsonStore<T> {
  constructor(options: StoreOptions<T>) {
    super({ ...options, durable: true });
  }
}
