import { containers } from './catalogue/containers.js';
import { contexts } from './catalogue/contexts.js';
import type { Entry } from './catalogue/entry.js';
import { images } from './catalogue/images.js';
import { networks } from './catalogue/networks.js';
import { system } from './catalogue/system.js';
import { volumes } from './catalogue/volumes.js';

/** Groups of commands with the text of their help. One with a space in its name is in another. */
export const groups: Readonly<Record<string, string>> = {
  container: 'Manage containers',
  context: 'Manage contexts',
  image: 'Manage images',
  network: 'Manage networks',
  'network plan': 'Show what would be done to the network, and do nothing',
  system: 'Manage tsnet',
};

/** Commands that help shows first. */
export const common = ['run', 'exec', 'ps', 'pull', 'images', 'version', 'info'];

/** Every command. All words of a name but the last are its group's. */
export const catalogue: readonly Entry[] = [
  ...containers,
  ...contexts,
  ...images,
  ...networks,
  ...volumes,
  ...system,
];
