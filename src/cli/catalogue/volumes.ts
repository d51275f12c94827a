import { type Entry, entry } from './entry.js';

/** The commands about volumes. */
export const volumes: readonly Entry[] = [
  entry('volume create', 'Create a volume', () => import('../commands/volume/create.js')),
  entry(
    'volume inspect',
    'Display detailed information on one or more volumes',
    () => import('../commands/volume/inspect.js'),
  ),
  entry('volume ls, volume list', 'List volumes', () => import('../commands/volume/list.js')),
  entry('volume prune', 'Remove unused local volumes', () => import('../commands/volume/prune.js')),
  entry(
    'volume rm, volume remove',
    'Remove one or more volumes',
    () => import('../commands/volume/remove.js'),
  ),
];
