import { type Entry, entry } from './entry.js';

/** The commands about contexts: names for daemons, in the user's settings. */
export const contexts: readonly Entry[] = [
  entry('context create', 'Create a context', () => import('../commands/context/create.js')),
  entry(
    'context export',
    'Export a context to a tar archive FILE or a tar stream on STDOUT.',
    () => import('../commands/context/export.js'),
  ),
  entry(
    'context import',
    'Import a context from a tar or zip file',
    () => import('../commands/context/import.js'),
  ),
  entry(
    'context inspect',
    'Display detailed information on one or more contexts',
    () => import('../commands/context/inspect.js'),
  ),
  entry('context ls, context list', 'List contexts', () => import('../commands/context/list.js')),
  entry(
    'context rm, context remove',
    'Remove one or more contexts',
    () => import('../commands/context/remove.js'),
  ),
  entry(
    'context show',
    'Print the name of the current context',
    () => import('../commands/context/show.js'),
  ),
  entry('context update', 'Update a context', () => import('../commands/context/update.js')),
  entry(
    'context use',
    'Set the current docker context',
    () => import('../commands/context/use.js'),
  ),
];
