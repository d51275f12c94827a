import { type Entry, entry } from './entry.js';

/** The commands about networks. */
export const networks: readonly Entry[] = [
  entry(
    'network connect',
    'Connect a container to a network',
    () => import('../commands/network/connect.js'),
  ),
  entry('network create', 'Create a network', () => import('../commands/network/create.js')),
  entry(
    'network disconnect',
    'Disconnect a container from a network',
    () => import('../commands/network/disconnect.js'),
  ),
  entry(
    'network inspect',
    'Display detailed information on one or more networks',
    () => import('../commands/network/inspect.js'),
  ),
  entry('network ls, network list', 'List networks', () => import('../commands/network/list.js')),
  entry(
    'network plan connect',
    'Show what connecting a container to a network would do',
    () => import('../commands/network/plan/connect.js'),
  ),
  entry(
    'network plan create',
    'Show what creating a network would do',
    () => import('../commands/network/plan/create.js'),
  ),
  entry(
    'network plan run',
    'Show what running a container would do to the network',
    () => import('../commands/network/plan/run.js'),
  ),
  entry(
    'network prune',
    'Remove all unused networks',
    () => import('../commands/network/prune.js'),
  ),
  entry(
    'network rm, network remove',
    'Remove one or more networks',
    () => import('../commands/network/remove.js'),
  ),
];
