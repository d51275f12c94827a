import type { Entry } from './entry.js';

/** The commands about volumes. */
export const volumes: readonly Entry[] = [];
