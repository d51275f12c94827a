import { type Entry, entry, many } from './entry.js';

const verbs = () => import('../commands/container/verbs.js');

/** The commands about containers. */
export const containers: readonly Entry[] = [
  entry(
    'container attach, attach',
    'Attach local standard input, output, and error streams to a running container',
    () => import('../commands/container/attach.js'),
  ),
  entry(
    'container commit, commit',
    "Create a new image from a container's changes",
    () => import('../commands/container/commit.js'),
  ),
  entry(
    'container cp, cp',
    'Copy files/folders between a container and the local filesystem',
    () => import('../commands/container/cp.js'),
  ),
  entry(
    'container create, create',
    'Create a new container',
    () => import('../commands/container/create.js'),
  ),
  entry(
    'container diff, diff',
    "Inspect changes to files or directories on a container's filesystem",
    () => import('../commands/container/diff.js'),
  ),
  entry(
    'container exec, exec',
    'Execute a command in a running container',
    () => import('../commands/container/exec.js'),
  ),
  entry(
    'container export, export',
    "Export a container's filesystem as a tar archive",
    () => import('../commands/container/export.js'),
  ),
  entry(
    'container inspect',
    'Display detailed information on one or more containers',
    () => import('../commands/container/inspect.js'),
  ),
  many(
    'container kill, kill',
    'Kill one or more running containers',
    async () => (await verbs()).kill,
  ),
  entry(
    'container logs, logs',
    'Fetch the logs of a container',
    () => import('../commands/container/logs.js'),
  ),
  entry(
    'container ls, container list, container ps, ps',
    'List containers',
    () => import('../commands/container/list.js'),
  ),
  many(
    'container pause, pause',
    'Pause all processes within one or more containers',
    async () => (await verbs()).pause,
  ),
  entry(
    'container port, port',
    'List port mappings or a specific mapping for the container',
    () => import('../commands/container/port.js'),
  ),
  entry(
    'container prune',
    'Remove all stopped containers',
    () => import('../commands/container/prune.js'),
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
    () => import('../commands/container/run.js'),
  ),
  entry(
    'container start, start',
    'Start one or more stopped containers',
    () => import('../commands/container/start.js'),
  ),
  entry(
    'container stats, stats',
    'Display a live stream of container(s) resource usage statistics',
    () => import('../commands/container/stats.js'),
  ),
  many(
    'container stop, stop',
    'Stop one or more running containers',
    async () => (await verbs()).stop,
  ),
  entry(
    'container top, top',
    'Display the running processes of a container',
    () => import('../commands/container/top.js'),
  ),
  many(
    'container unpause, unpause',
    'Unpause all processes within one or more containers',
    async () => (await verbs()).unpause,
  ),
  entry(
    'container update, update',
    'Update configuration of one or more containers',
    () => import('../commands/container/update.js'),
  ),
  many(
    'container wait, wait',
    'Block until one or more containers stop, then print their exit codes',
    async () => (await verbs()).wait,
  ),
];
