import { resolve } from 'node:path';
import { join } from 'node:path/posix';
import type { Recipe } from './recipe.js';

/** Our daemon with its defaults, but for folders. */
export function tsnetd(program: string): Recipe {
  return {
    name: 'tsnet',
    prepare: () => {},
    companion: () => undefined,
    daemon: (places) => [
      resolve(program),
      ...['--data-root', places.data, '--exec-root', join(places.run, 'tsnet')],
      ...['--pidfile', join(places.run, 'tsnetd.pid'), '-H', `unix://${places.socket}`],
      ...['--live-restore', '--log-level', 'warn'],
    ],
  };
}
