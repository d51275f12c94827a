import type { AnyCommand } from './command.js';

/** A command that is loaded when it is called. */
export interface Entry {
  /** All of its names; the first is the one in the help of its group. */
  readonly names: readonly [string, ...string[]];
  readonly summary: string;
  load(): Promise<AnyCommand>;
}

type Module = Promise<{ readonly default: AnyCommand }>;

function entry(names: string, summary: string, load: () => Module): Entry {
  return many(names, summary, async () => (await load()).default);
}

function many(names: string, summary: string, load: () => Promise<AnyCommand>): Entry {
  const [first = '', ...others] = names.split(', ');
  return { names: [first, ...others], summary, load };
}

const verbs = () => import('./commands/container/verbs.js');

/** Groups of commands with the text of their help. One with a space in its name is in another. */
export const groups: Readonly<Record<string, string>> = {
  container: 'Manage containers',
  image: 'Manage images',
  network: 'Manage networks',
  'network plan': 'Show what would be done to the network, and do nothing',
  system: 'Manage tsnet',
};

/** Commands that help shows first. */
export const common = ['run', 'exec', 'ps', 'pull', 'images', 'version', 'info'];

/** Every command. All words of a name but the last are its group's. */
export const catalogue: readonly Entry[] = [
  entry(
    'container attach, attach',
    'Attach local standard input, output, and error streams to a running container',
    () => import('./commands/container/attach.js'),
  ),
  entry(
    'container create, create',
    'Create a new container',
    () => import('./commands/container/create.js'),
  ),
  entry(
    'container diff, diff',
    "Inspect changes to files or directories on a container's filesystem",
    () => import('./commands/container/diff.js'),
  ),
  entry(
    'container exec, exec',
    'Execute a command in a running container',
    () => import('./commands/container/exec.js'),
  ),
  entry(
    'container export, export',
    "Export a container's filesystem as a tar archive",
    () => import('./commands/container/export.js'),
  ),
  entry(
    'container inspect',
    'Display detailed information on one or more containers',
    () => import('./commands/container/inspect.js'),
  ),
  many(
    'container kill, kill',
    'Kill one or more running containers',
    async () => (await verbs()).kill,
  ),
  entry(
    'container logs, logs',
    'Fetch the logs of a container',
    () => import('./commands/container/logs.js'),
  ),
  entry(
    'container ls, container list, container ps, ps',
    'List containers',
    () => import('./commands/container/list.js'),
  ),
  many(
    'container pause, pause',
    'Pause all processes within one or more containers',
    async () => (await verbs()).pause,
  ),
  entry(
    'container port, port',
    'List port mappings or a specific mapping for the container',
    () => import('./commands/container/port.js'),
  ),
  entry(
    'container prune',
    'Remove all stopped containers',
    () => import('./commands/container/prune.js'),
  ),
  many('container rename, rename', 'Rename a container', async () => (await verbs()).rename),
  many(
    'container restart, restart',
    'Restart one or more containers',
    async () => (await verbs()).restart,
  ),
  many(
    'container rm, container remove, rm',
    'Remove one or more containers',
    async () => (await verbs()).remove,
  ),
  entry(
    'container run, run',
    'Create and run a new container from an image',
    () => import('./commands/container/run.js'),
  ),
  entry(
    'container start, start',
    'Start one or more stopped containers',
    () => import('./commands/container/start.js'),
  ),
  many(
    'container stop, stop',
    'Stop one or more running containers',
    async () => (await verbs()).stop,
  ),
  entry(
    'container top, top',
    'Display the running processes of a container',
    () => import('./commands/container/top.js'),
  ),
  many(
    'container unpause, unpause',
    'Unpause all processes within one or more containers',
    async () => (await verbs()).unpause,
  ),
  many(
    'container wait, wait',
    'Block until one or more containers stop, then print their exit codes',
    async () => (await verbs()).wait,
  ),
  entry(
    'image history, history',
    'Show the history of an image',
    () => import('./commands/image/history.js'),
  ),
  entry(
    'image import, import',
    'Import the contents from a tarball to create a filesystem image',
    () => import('./commands/image/import.js'),
  ),
  entry(
    'image inspect',
    'Display detailed information on one or more images',
    () => import('./commands/image/inspect.js'),
  ),
  entry(
    'image load, load',
    'Load an image from a tar archive or STDIN',
    () => import('./commands/image/load.js'),
  ),
  entry('image ls, image list, images', 'List images', () => import('./commands/image/list.js')),
  entry('image prune', 'Remove unused images', () => import('./commands/image/prune.js')),
  entry(
    'image pull, pull',
    'Download an image from a registry',
    () => import('./commands/image/pull.js'),
  ),
  entry(
    'image rm, image remove, rmi',
    'Remove one or more images',
    () => import('./commands/image/remove.js'),
  ),
  entry(
    'image save, save',
    'Save one or more images to a tar archive (streamed to STDOUT by default)',
    () => import('./commands/image/save.js'),
  ),
  entry(
    'image tag, tag',
    'Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE',
    () => import('./commands/image/tag.js'),
  ),
  entry(
    'network connect',
    'Connect a container to a network',
    () => import('./commands/network/connect.js'),
  ),
  entry('network create', 'Create a network', () => import('./commands/network/create.js')),
  entry(
    'network disconnect',
    'Disconnect a container from a network',
    () => import('./commands/network/disconnect.js'),
  ),
  entry(
    'network inspect',
    'Display detailed information on one or more networks',
    () => import('./commands/network/inspect.js'),
  ),
  entry('network ls, network list', 'List networks', () => import('./commands/network/list.js')),
  entry(
    'network plan connect',
    'Show what connecting a container to a network would do',
    () => import('./commands/network/plan/connect.js'),
  ),
  entry(
    'network plan create',
    'Show what creating a network would do',
    () => import('./commands/network/plan/create.js'),
  ),
  entry(
    'network plan run',
    'Show what running a container would do to the network',
    () => import('./commands/network/plan/run.js'),
  ),
  entry('network prune', 'Remove all unused networks', () => import('./commands/network/prune.js')),
  entry(
    'network rm, network remove',
    'Remove one or more networks',
    () => import('./commands/network/remove.js'),
  ),
  entry('system df', 'Show tsnet disk usage', () => import('./commands/system/disk-usage.js')),
  entry(
    'system events, events',
    'Get real time events from the server',
    () => import('./commands/system/events.js'),
  ),
  entry(
    'system info, info',
    'Display system-wide information',
    () => import('./commands/system/info.js'),
  ),
  entry('system prune', 'Remove unused data', () => import('./commands/system/prune.js')),
  entry(
    'inspect',
    'Return low-level information on Docker objects',
    () => import('./commands/system/inspect.js'),
  ),
  entry(
    'version',
    'Show the tsnet version information',
    () => import('./commands/system/version.js'),
  ),
];
