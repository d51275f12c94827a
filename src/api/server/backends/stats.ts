import type { ContainerStats } from '../../types/stats.js';

/** Samples of a container's resource usage. */
export interface StatsBackend {
  /**
   * One sample, or one a second until `signal` or the removal. A single one comes after a second, with the sample
   * before it, unless `oneShot`. @throws NotFound
   */
  stats(
    ref: string,
    options: { stream: boolean; oneShot: boolean; signal: AbortSignal },
  ): AsyncIterable<ContainerStats>;
}
