import { JsonStore, type StoreOptions } from './json-store.js';

/**
 * For what a reboot voids anyway (leases, applied plans, pids): under the exec root on tmpfs. Files are
 * never half-written, but nothing waits for a disk.
 */
export class VolatileStore<T> extends JsonStore<T> {
  constructor(options: StoreOptions<T>) {
    super({ ...options, durable: false });
  }
}
