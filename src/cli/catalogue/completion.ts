import { type Entry, entry, many } from './entry.js';

const scripts = () => import('../commands/completion/scripts.js');

/** Commands for shells. */
export const completion: readonly Entry[] = [
  many('completion bash', 'Print the script for bash', async () => (await scripts()).bash),
  many('completion fish', 'Print the script for fish', async () => (await scripts()).fish),
  many('completion zsh', 'Print the script for zsh', async () => (await scripts()).zsh),
  entry(
    '__complete',
    'Print what can stand in the place of the last word',
    () => import('../commands/completion/complete.js'),
  ),
];
