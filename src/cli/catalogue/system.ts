import { type Entry, entry } from './entry.js';

/** The commands about the engine itself, and those about anything. */
export const system: readonly Entry[] = [
  entry('system df', 'Show tsnet disk usage', () => import('../commands/system/disk-usage.js')),
  entry(
    'system dial-stdio',
    'Proxy the stdio stream to the daemon connection. Should not be invoked manually.',
    () => import('../commands/system/dial-stdio.js'),
  ),
  entry(
    'system events, events',
    'Get real time events from the server',
    () => import('../commands/system/events.js'),
  ),
  entry(
    'system info, info',
    'Display system-wide information',
    () => import('../commands/system/info.js'),
  ),
  entry('system prune', 'Remove unused data', () => import('../commands/system/prune.js')),
  entry(
    'inspect',
    'Return low-level information on Docker objects',
    () => import('../commands/system/inspect.js'),
  ),
  entry(
    'version',
    'Show the tsnet version information',
    () => import('../commands/system/version.js'),
  ),
];
