import { completion } from './catalogue/completion.js';
import { containers } from './catalogue/containers.js';
import { contexts } from './catalogue/contexts.js';
import type { Entry } from './catalogue/entry.js';
import { images } from './catalogue/images.js';
import { networks } from './catalogue/networks.js';
import { system } from './catalogue/system.js';
import { volumes } from './catalogue/volumes.js';

/** Groups of commands with the text of their help. One with a space in its name is in another. */
export const groups: Readonly<Record<string, string>> = {
  completion: "Print a script that makes a shell complete tsnet's commands",
  container: 'Manage containers',
  context: 'Manage contexts',
  image: 'Manage images',
  network: 'Manage networks',
  'network plan': 'Show what would be done to the network, and do nothing',
  system: 'Manage tsnet',
  volume: 'Manage volumes',
};

/** Commands that help shows first. */
export const common = ['run', 'exec', 'ps', 'pull', 'images', 'version', 'info'];

const hidden = ['completion', '__complete', 'system dial-stdio'];

/** Whether a command or group is kept out of help and completion: programs call it, or people once. */
export function isHidden(name: string): boolean {
  return hidden.includes(name);
}

/** Every command. All words of a name but the last are its group's. */
export const catalogue: readonly Entry[] = [
  ...containers,
  ...contexts,
  ...images,
  ...networks,
  ...volumes,
  ...system,
  ...completion,
];
